#include "telemetry/page.hpp"

#include <array>

namespace stillpoint::telemetry {

std::span<const PageFile> page_files() {
  static constexpr std::string_view kHtml = "text/html; charset=utf-8";
  static constexpr std::string_view kCss = "text/css; charset=utf-8";
  static constexpr std::string_view kScript = "text/javascript; charset=utf-8";
  static const std::array<PageFile, 14> kFiles{{{"/", kHtml, kPageIndex},
                                                {"/page/page.css", kCss, kPageStyle},
                                                {"/page/details.css", kCss, kPageDetailsStyle},
                                                {"/page/icon.svg", "image/svg+xml", kPageIcon},
                                                {"/page/main.js", kScript, kPageMain},
                                                {"/page/details.js", kScript, kPageDetails},
                                                {"/page/dom.js", kScript, kPageDom},
                                                {"/page/holds.js", kScript, kPageHolds},
                                                {"/page/list.js", kScript, kPageList},
                                                {"/page/model.js", kScript, kPageModel},
                                                {"/page/rows.js", kScript, kPageRows},
                                                {"/page/server.js", kScript, kPageServer},
                                                {"/page/time.js", kScript, kPageTime},
                                                {"/page/timeline.js", kScript, kPageTimeline}}};
  return kFiles;
}

}  // namespace stillpoint::telemetry
