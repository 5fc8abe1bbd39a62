#pragma once

#include <array>
#include <string>
#include <string_view>

/// How the picture of a rehearsal looks.
namespace stillpoint::rehearsal {

/// The mark of a point that exists at the end.
struct Mark {
  std::string_view keeper;  ///< as keeper_of says it; empty: any other
  std::string_view style_class;
  double height = 0;  ///< as a part of the row's: the longer a rule keeps, the higher
  std::string_view meaning;
};

inline constexpr std::array<Mark, 8> kMarks{{{"keepLast", "last", 0.34, "keepLast"},
                                             {"within", "within", 0.42, "within"},
                                             {"hourly", "hourly", 0.50, "hourly"},
                                             {"daily", "daily", 0.60, "daily"},
                                             {"weekly", "weekly", 0.72, "weekly"},
                                             {"monthly", "monthly", 0.84, "monthly"},
                                             {"yearly", "yearly", 0.96, "yearly"},
                                             {"", "other", 0.60, "pinned or otherwise kept"}}};

const Mark& mark_of(std::string_view keeper);

/// The document's style and patterns, in light and in dark. Colours that people with any kind of colour vision tell
/// apart, after Okabe and Ito; heights help.
std::string_view picture_style();

}  // namespace stillpoint::rehearsal
