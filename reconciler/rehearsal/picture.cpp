#include "rehearsal/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "support/text.hpp"

namespace stillpoint::rehearsal {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_days;
using std::chrono::year_month_day;
using support::WallTime;

constexpr size_t kMostTicks = 12;
constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

year_month_day date_of(WallTime instant) {
  return std::chrono::floor<days>(instant);
}

std::string month_of(const year_month_day& date) {
  return kMonths[static_cast<unsigned>(date.month()) - 1];
}

std::string day_and_month(WallTime instant) {
  const auto date = date_of(instant);
  return std::to_string(static_cast<unsigned>(date.day())) + " " + month_of(date);
}

/// Instants every `step` of hours; a week begins on a Monday.
std::vector<WallTime> every(hours step, const Period& shown) {
  // 1970-01-05 was a Monday.
  const WallTime origin = WallTime(sys_days(std::chrono::year{1970} / 1 / 5));
  std::vector<WallTime> instants;
  for (auto at = origin + (shown.from - origin) / step * step; at < shown.to && instants.size() <= kMostTicks;
       at += step) {
    if (at >= shown.from) {
      instants.push_back(at);
    }
  }
  return instants;
}

std::vector<WallTime> every(std::chrono::months step, const Period& shown) {
  const auto first = date_of(shown.from).year() / std::chrono::January;
  std::vector<WallTime> instants;
  for (auto month = first; instants.size() <= kMostTicks; month += step) {
    const WallTime at = sys_days(month / 1);
    if (at >= shown.to) {
      break;
    }
    if (at >= shown.from) {
      instants.push_back(at);
    }
  }
  return instants;
}

std::string_view anchor_word(Anchor anchor) {
  return anchor == Anchor::Start ? "start" : anchor == Anchor::Middle ? "middle" : "end";
}

std::string attribute(std::string_view name, const std::string& value) {
  return " " + std::string(name) + "=\"" + value + "\"";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : support::printable(text)) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string px(double length) {
  std::array<char, 32> text{};
  const double rounded = std::round(length * 10) / 10;
  std::snprintf(text.data(), text.size(), rounded == std::floor(rounded) ? "%.0f" : "%.1f", rounded);
  return text.data();
}

void Canvas::rect(double x, double y, double width, double height, std::string_view style_class,
                  std::string_view tooltip) {
  out_ += "<rect" + attribute("class", escaped(style_class)) + attribute("x", px(x)) + attribute("y", px(y)) +
          attribute("width", px(width)) + attribute("height", px(height));
  out_ += tooltip.empty() ? "/>\n" : "><title>" + escaped(tooltip) + "</title></rect>\n";
}

void Canvas::line(double x1, double y1, double x2, double y2, std::string_view style_class) {
  path("M" + px(x1) + " " + px(y1) + "L" + px(x2) + " " + px(y2), style_class);
}

void Canvas::circle(double x, double y, double radius, std::string_view style_class) {
  out_ += "<circle" + attribute("class", escaped(style_class)) + attribute("cx", px(x)) + attribute("cy", px(y)) +
          attribute("r", px(radius)) + "/>\n";
}

void Canvas::text(double x, double y, std::string_view style_class, std::string_view text, Anchor anchor) {
  out_ += "<text" + attribute("class", escaped(style_class)) + attribute("x", px(x)) + attribute("y", px(y)) +
          attribute("text-anchor", std::string(anchor_word(anchor))) + ">" + escaped(text) + "</text>\n";
}

void Canvas::path(const std::string& data, std::string_view style_class) {
  out_ += "<path" + attribute("class", escaped(style_class)) + attribute("d", data) + "/>\n";
}

double TimeAxis::x(WallTime instant) const {
  const std::chrono::duration<double> whole = shown_.to - shown_.from;
  const std::chrono::duration<double> gone = instant - shown_.from;
  return left_ + std::clamp(gone / whole, 0.0, 1.0) * width_;
}

std::vector<TimeAxis::Tick> TimeAxis::ticks() const {
  std::vector<Tick> ticks;
  const auto add = [&](const std::vector<WallTime>& instants, auto label) {
    for (const auto instant : instants) {
      ticks.push_back({x(instant), label(instant)});
    }
  };
  for (const int step : {1, 3, 6, 12, 24, 48, 7 * 24, 14 * 24}) {
    const auto instants = every(hours(step), shown_);
    if (instants.size() <= kMostTicks) {
      add(instants, [&](WallTime instant) {
        const bool midnight = instant == WallTime(sys_days(date_of(instant)));
        return midnight ? day_and_month(instant) : support::format_utc(instant).substr(11, 5);
      });
      return ticks;
    }
  }
  for (const int step : {1, 3, 12}) {
    const auto instants = every(std::chrono::months(step), shown_);
    if (instants.size() <= kMostTicks || step == 12) {
      add(instants, [](WallTime instant) {
        const auto date = date_of(instant);
        const bool new_year = date.month() == std::chrono::January;
        return month_of(date) + (new_year ? " " + std::to_string(static_cast<int>(date.year())) : "");
      });
      return ticks;
    }
  }
  return ticks;
}

void Strip::add(WallTime from, WallTime to) {
  const int first = static_cast<int>(std::floor(axis_.x(from)));
  // A thing is two pixels wide at least, to be seen.
  const int last = std::max(first + 1, static_cast<int>(std::floor(axis_.x(to))));
  for (int column = first; column <= last; ++column) {
    columns_.insert(columns_.end(), column);
  }
}

std::string Strip::path(double top, double height) const {
  std::string data;
  for (auto at = columns_.begin(); at != columns_.end();) {
    const int first = *at;
    int last = first;
    while (++at != columns_.end() && *at == last + 1) {
      last = *at;
    }
    data += "M" + std::to_string(first) + " " + px(top) + "h" + std::to_string(last - first + 1) + "v" + px(height) +
            "h-" + std::to_string(last - first + 1) + "z";
  }
  return data;
}

std::string day_name(WallTime instant) {
  return day_and_month(instant) + " " + std::to_string(static_cast<int>(date_of(instant).year()));
}

}  // namespace stillpoint::rehearsal
