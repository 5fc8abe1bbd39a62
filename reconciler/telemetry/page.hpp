#pragma once

#include <span>
#include <string_view>

namespace stillpoint::telemetry {

// The files of page/, which travel inside the program.
extern const std::string_view kPageIndex;
extern const std::string_view kPageStyle;
extern const std::string_view kPageDetailsStyle;
extern const std::string_view kPageIcon;
extern const std::string_view kPageMain;
extern const std::string_view kPageDetails;
extern const std::string_view kPageDom;
extern const std::string_view kPageHolds;
extern const std::string_view kPageList;
extern const std::string_view kPageModel;
extern const std::string_view kPageRows;
extern const std::string_view kPageServer;
extern const std::string_view kPageTime;
extern const std::string_view kPageTimeline;

struct PageFile {
  std::string_view path;  ///< at which it is served
  std::string_view type;
  std::string_view content;
};

/// All files of the status page.
std::span<const PageFile> page_files();

}  // namespace stillpoint::telemetry
