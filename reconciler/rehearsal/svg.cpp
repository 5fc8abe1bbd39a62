#include <algorithm>

#include "rehearsal/picture.hpp"
#include "rehearsal/render.hpp"
#include "rehearsal/style.hpp"
#include "support/text.hpp"

namespace stillpoint::rehearsal {
namespace {

using support::WallTime;

constexpr double kWidth = 1280;
constexpr double kLeft = 210;       ///< of the axis; names stand before it
constexpr double kAxisWidth = 890;  ///< numbers stand behind it
constexpr double kMargin = 20;
constexpr double kChartHeight = 120;
constexpr double kChartGap = 34;
constexpr double kMarkWidth = 3;
constexpr double kPrunedHeight = 0.22;  ///< of a row

std::string shortened(const std::string& text, size_t longest) {
  return text.size() > longest ? text.substr(0, longest - 2) + ".." : text;
}

/// What one rehearsal has before its beginning is shown too, as long as it leaves most of the picture to the rest.
Period shown_period(const std::vector<CloudRehearsal>& rehearsals) {
  Period shown = rehearsals.front().rehearsal.period;
  const auto earliest = shown.from - (shown.to - shown.from) / 3;
  for (const auto& [cloud, rehearsal] : rehearsals) {
    for (const auto& series : rehearsal.series) {
      for (const auto& point : series.points) {
        shown.from = std::max(earliest, std::min(shown.from, point.slot));
      }
    }
  }
  return shown;
}

class Drawing {
 public:
  explicit Drawing(const std::vector<CloudRehearsal>& rehearsals)
      : rehearsals_(rehearsals), axis_(shown_period(rehearsals), kLeft, kAxisWidth) {
    size_t rows = 0;
    for (const auto& [cloud, rehearsal] : rehearsals) {
      rows += rehearsal.series.size();
    }
    row_height_ = rows <= 20 ? 46 : rows <= 60 ? 30 : 18;
  }

  std::string draw() && {
    heading();
    legend();
    for (const auto& one : rehearsals_) {
      draw(one);
    }
    const std::string height = px(y_ + kMargin);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + px(kWidth) + " " + height + "\" width=\"" +
           px(kWidth) + "\" height=\"" + height + "\" role=\"img\" aria-labelledby=\"title desc\">\n" +
           "<title id=\"title\">" + escaped(title()) + "</title>\n<desc id=\"desc\">" + escaped(description()) +
           "</desc>\n" + std::string(picture_style()) + "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n" +
           std::move(canvas_).take() + "</svg>\n";
  }

 private:
  std::string title() const {
    const auto& [from, to] = rehearsals_.front().rehearsal.period;
    return "Rehearsal: " + day_name(from) + " to " + day_name(to) + " (" + format_span(to - from) + ")";
  }

  static std::string summary(const Rehearsal& rehearsal) {
    const auto slots = rehearsal.slots();
    return support::count_of(rehearsal.series.size(), "dataset") + "; of " + support::count_of(slots.all(), "slot") +
           ", " + std::to_string(slots.made) + " get their point, " + std::to_string(slots.missed) + " are missed, " +
           std::to_string(slots.blacked_out) + " are blacked out";
  }

  std::string description() const {
    std::string text;
    for (const auto& [cloud, rehearsal] : rehearsals_) {
      text += (cloud.empty() ? "" : "Cloud " + cloud + ": ") + summary(rehearsal) + ". ";
      for (const auto& series : rehearsal.series) {
        text += series.key.dataset + " of " + series.server_name + ": " + numbers(series) + ". ";
      }
    }
    return text;
  }

  static std::string numbers(const RehearsedSeries& series) {
    return support::count_of(static_cast<size_t>(series.end.points), "point") + ", " + std::to_string(series.end.gib) +
           " GiB";
  }

  void heading() {
    y_ = kMargin + 18;
    canvas_.text(kMargin, y_, "title", title());
    for (const auto& [cloud, rehearsal] : rehearsals_) {
      y_ += 20;
      canvas_.text(kMargin, y_, rehearsal.falls_short() ? "bad" : "soft",
                   (rehearsals_.size() > 1 ? cloud + ": " : "") + summary(rehearsal));
    }
  }

  /// Only what occurs.
  void legend() {
    y_ += 30;
    double x = kMargin;
    const auto entry = [&](const std::string& text, auto draw_mark) {
      draw_mark(x);
      canvas_.text(x + 14, y_, "soft", text);
      x += 14 + static_cast<double>(text.size()) * 6.6 + 20;
    };
    canvas_.text(x, y_, "soft", "Exists at the end, kept by");
    x += 166;
    for (const auto& mark : kMarks) {
      if (occurs(mark)) {
        entry(std::string(mark.meaning), [&](double at) {
          canvas_.rect(at + 3, y_ + 3 - 18 * mark.height, kMarkWidth + 1, 18 * mark.height, mark.style_class);
        });
      }
    }
    entry("pruned by then", [&](double at) { canvas_.rect(at, y_ - 2, 10, 5, "pruned"); });
    if (any_run(UnservedRun::Fate::BlackedOut)) {
      entry("blackout", [&](double at) { canvas_.rect(at, y_ - 10, 10, 13, "blackout"); });
    }
    if (any_run(UnservedRun::Fate::Missed)) {
      entry("missed", [&](double at) { canvas_.rect(at, y_ - 2, 10, 5, "missed"); });
    }
    if (any_series(stands_out)) {
      entry("longest gap", [&](double at) { bracket(at, at + 11, y_ - 4); });
    }
    y_ += 14;
  }

  template <class Is>
  bool any_series(Is is) const {
    return std::any_of(rehearsals_.begin(), rehearsals_.end(), [&](const CloudRehearsal& one) {
      return std::any_of(one.rehearsal.series.begin(), one.rehearsal.series.end(), is);
    });
  }

  bool occurs(const Mark& mark) const {
    return any_series([&](const RehearsedSeries& series) {
      return std::any_of(series.kept.begin(), series.kept.end(),
                         [&](const KeptPoint& kept) { return &mark_of(keeper_of(kept)) == &mark; });
    });
  }

  bool any_run(UnservedRun::Fate fate) const {
    return any_series([&](const RehearsedSeries& series) {
      return std::any_of(series.runs.begin(), series.runs.end(),
                         [&](const UnservedRun& run) { return run.fate == fate; });
    });
  }

  void draw(const CloudRehearsal& one) {
    const auto& rehearsal = one.rehearsal;
    if (rehearsals_.size() > 1) {
      y_ += 26;
      canvas_.text(kMargin, y_, "name", "cloud " + (one.cloud.empty() ? "of the OS_* environment" : one.cloud));
    }
    y_ += 22;
    const auto charts = std::count_if(rehearsal.quotas.begin(), rehearsal.quotas.end(), is_shown);
    const double bottom = y_ + row_height_ * static_cast<double>(rehearsal.series.size()) +
                          (kChartHeight + kChartGap) * static_cast<double>(charts);
    for (size_t i = 0; i < rehearsal.series.size(); i += 2) {
      canvas_.rect(kMargin, y_ + static_cast<double>(i) * row_height_, kWidth - 2 * kMargin, row_height_, "band");
    }
    grid(y_, bottom, rehearsal.period.from);
    for (const auto& series : rehearsal.series) {
      row(series);
      y_ += row_height_;
    }
    for (const auto& course : rehearsal.quotas) {
      if (is_shown(course)) {
        y_ += kChartGap;
        chart(course, rehearsal.period);
        y_ += kChartHeight;
      }
    }
    labels(y_ + 16);
    y_ += 18;
  }

  /// The number of snapshots always, the others where there is a limit to come up against.
  static bool is_shown(const QuotaCourse& course) { return course.resource == "snapshots" || course.limit >= 0; }

  void grid(double top, double bottom, WallTime begin) {
    labels(top - 6);
    for (const auto& tick : axis_.ticks()) {
      canvas_.line(tick.x, top, tick.x, bottom, "grid");
    }
    // What was there before is told apart where there is room to say so.
    if (const double x = axis_.x(begin); x > kLeft + 36) {
      canvas_.line(x, top - 26, x, bottom, "begin");
      canvas_.text(x - 5, top - 19, "small", "before", Anchor::End);
    }
  }

  void labels(double y) {
    for (const auto& tick : axis_.ticks()) {
      canvas_.text(tick.x, y, "small", tick.label, Anchor::Middle);
    }
  }

  void row(const RehearsedSeries& series) {
    const double base = y_ + row_height_ - 7;
    const double full = row_height_ - 12;
    names(series);
    strips(series, base, full);
    if (stands_out(series)) {
      bracket(axis_.x(series.longest_gap->from), axis_.x(series.longest_gap->to), y_ + 4);
    }
    for (const auto& kept : series.kept) {
      const auto& point = series.points[kept.point];
      const auto& mark = mark_of(keeper_of(kept));
      canvas_.rect(axis_.x(point.slot) - kMarkWidth / 2, base - full * mark.height, kMarkWidth, full * mark.height,
                   mark.style_class, support::format_utc(point.slot) + "  " + kept.why);
    }
    if (series.objection) {
      canvas_.text(kLeft + 8, y_ + row_height_ / 2 + 4, "bad", "could never be held: " + series.objection->reason);
    } else if (series.suspended) {
      canvas_.text(kLeft + 8, y_ + row_height_ / 2 + 4, "soft", "suspended");
    }
  }

  /// Whether the longest gap is longer than usual, so that it is worth a look.
  static bool stands_out(const RehearsedSeries& series) {
    std::vector<WallTime> made;
    for (const auto& point : series.points) {
      if (point.made_step > 0) {
        made.push_back(point.taken);
      }
    }
    std::vector<WallTime::duration> gaps;
    for (size_t i = 1; i < made.size(); ++i) {
      gaps.push_back(made[i] - made[i - 1]);
    }
    if (gaps.empty() || !series.longest_gap) {
      return series.longest_gap.has_value();
    }
    const auto middle = gaps.begin() + static_cast<long>(gaps.size() / 2);
    std::nth_element(gaps.begin(), middle, gaps.end());
    return (series.longest_gap->to - series.longest_gap->from) * 2 > *middle * 3;
  }

  void strips(const RehearsedSeries& series, double base, double full) {
    Strip pruned(axis_);
    for (const auto& point : series.points) {
      if (point.gone) {
        pruned.add(point.slot, point.slot);
      }
    }
    Strip missed(axis_);
    Strip blacked_out(axis_);
    for (const auto& run : series.runs) {
      (run.fate == UnservedRun::Fate::Missed ? missed : blacked_out).add(run.begin, run.end);
    }
    strip(blacked_out, base - full, full, "blackout");
    strip(pruned, base - full * kPrunedHeight, full * kPrunedHeight, "pruned");
    strip(missed, base + 1, 4, "missed");
  }

  void strip(const Strip& strip, double top, double height, const char* style_class) {
    if (!strip.empty()) {
      canvas_.path(strip.path(top, height), style_class);
    }
  }

  void bracket(double from, double to, double y) {
    canvas_.path("M" + px(from) + " " + px(y - 2) + "v4M" + px(from) + " " + px(y) + "H" + px(to) + "M" + px(to) + " " +
                     px(y - 2) + "v4",
                 "gap");
  }

  /// There is little room: days are enough where there are many.
  static std::string gap_text(const Gap& gap) {
    const auto text = format_span(gap.to - gap.from);
    return gap.to - gap.from < std::chrono::hours(24 * 10) ? text : text.substr(0, text.find(' '));
  }

  void names(const RehearsedSeries& series) {
    const bool two_lines = row_height_ >= 28;
    const double y = y_ + row_height_ / 2 + (two_lines ? -2 : 4);
    const double right = axis_.right() + 14;
    const std::string of = series.server_name + ", " + series.key.policy;
    const auto gap = series.longest_gap ? "longest gap " + gap_text(*series.longest_gap) : std::string();
    const std::string missed = std::to_string(series.slots.missed) + " missed";
    if (two_lines) {
      canvas_.text(kMargin + 6, y, "name", shortened(series.key.dataset, 26));
      canvas_.text(kMargin + 6, y + 14, "small", shortened(of, 34));
      canvas_.text(right, y, "", numbers(series));
      canvas_.text(right, y + 14, series.slots.missed > 0 ? "small bad" : "small",
                   series.slots.missed > 0 ? missed + (gap.empty() ? "" : ", " + gap.substr(8)) : gap);
    } else {
      canvas_.text(kMargin + 6, y, "small", shortened(series.key.dataset + ", " + of, 36));
      canvas_.text(right, y, series.slots.missed > 0 ? "small bad" : "small",
                   series.slots.missed > 0 ? missed : numbers(series));
    }
  }

  void chart(const QuotaCourse& course, const Period& period) {
    const bool limited = course.limit >= 0;
    // A limit far above would press the curve to the ground.
    const bool near = limited && course.limit <= std::max(course.at_worst, 1L) * 4;
    const double top = static_cast<double>(std::max({course.at_worst, near ? course.limit : 0L, 1L})) * 1.15;
    const auto y_of = [&](long value) { return y_ + kChartHeight * (1 - static_cast<double>(value) / top); };
    const double left = axis_.x(period.from);
    const double step = (axis_.right() - left) / static_cast<double>(course.most_used.size());
    std::string curve = "M" + px(left) + " " + px(y_of(course.at_start));
    double x = left;
    long last = course.at_start;
    for (const long value : course.most_used) {
      if (value != last) {
        curve += "H" + px(x) + "V" + px(y_of(value));
        last = value;
      }
      x += step;
    }
    curve += "H" + px(axis_.right());
    canvas_.path(curve + "V" + px(y_of(0)) + "H" + px(left) + "Z", "area");
    canvas_.path(curve, "curve");
    canvas_.line(kLeft, y_of(0), axis_.right(), y_of(0), "grid");
    const bool full = limited && course.at_worst >= course.limit;
    chart_names(course, y_of(course.at_worst), full);
    if (near) {
      canvas_.line(left, y_of(course.limit), axis_.right(), y_of(course.limit), "limit");
      canvas_.text(axis_.right() + 14, y_of(course.limit) + 4, full ? "bad" : "soft",
                   "quota " + std::to_string(course.limit));
    } else {
      canvas_.text(axis_.right() + 14, y_ + 4, "soft",
                   limited ? "quota " + std::to_string(course.limit) + ", far above" : "no quota");
    }
  }

  void chart_names(const QuotaCourse& course, double peak_y, bool full) {
    canvas_.text(kMargin + 6, y_ + kChartHeight / 2 - 2, "name", course.resource + " in use");
    canvas_.text(kMargin + 6, y_ + kChartHeight / 2 + 12, "small", "of the whole project");
    canvas_.text(kLeft - 6, y_ + kChartHeight + 4, "small", "0", Anchor::End);
    const double x = axis_.x(course.worst_at);
    canvas_.circle(x, peak_y, 3.5, full ? "missed" : "peak");
    const bool at_right = x > kLeft + kAxisWidth * 0.8;
    // Not on the line of the quota.
    const double text_y = peak_y > y_ + kChartHeight / 2 ? peak_y - 8 : peak_y + 18;
    canvas_.text(x + (at_right ? -8 : 8), text_y, full ? "bad" : "soft",
                 std::to_string(course.at_worst) + " at worst, " + day_name(course.worst_at),
                 at_right ? Anchor::End : Anchor::Start);
    canvas_.text(axis_.right() + 14, y_ + kChartHeight + 4, "soft", std::to_string(course.at_end) + " at the end");
  }

  const std::vector<CloudRehearsal>& rehearsals_;
  TimeAxis axis_;
  Canvas canvas_;
  double row_height_ = 46;
  double y_ = 0;
};

}  // namespace

std::string render_rehearsal_svg(const std::vector<CloudRehearsal>& rehearsals) {
  return rehearsals.empty() ? "" : Drawing(rehearsals).draw();
}

}  // namespace stillpoint::rehearsal
