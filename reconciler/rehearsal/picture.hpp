#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rehearsal/rehearsal.hpp"

/// What the picture of a rehearsal is drawn with. Lengths are in pixels of an SVG document.
namespace stillpoint::rehearsal {

/// Any text, as it may stand in XML: printable, and with nothing left that means something there.
std::string escaped(std::string_view text);

enum class Anchor { Start, Middle, End };

/// Elements of an SVG document, one after another. Classes are those of the document's style.
class Canvas {
 public:
  void rect(double x, double y, double width, double height, std::string_view style_class,
            std::string_view tooltip = {});
  void line(double x1, double y1, double x2, double y2, std::string_view style_class);
  void circle(double x, double y, double radius, std::string_view style_class);
  void text(double x, double y, std::string_view style_class, std::string_view text, Anchor anchor = Anchor::Start);
  void path(const std::string& data, std::string_view style_class);

  std::string take() && { return std::move(out_); }

 private:
  std::string out_;
};

/// A length with one digit after the point, and none if it is 0.
std::string px(double length);

/// Where instants lie on the picture, and which of them are named.
class TimeAxis {
 public:
  struct Tick {
    double x = 0;
    std::string label;
  };

  TimeAxis(Period shown, double left, double width) : shown_(shown), left_(left), width_(width) {}

  const Period& shown() const { return shown_; }
  double left() const { return left_; }
  double right() const { return left_ + width_; }
  /// Instants outside of the axis lie on its ends.
  double x(support::WallTime instant) const;
  /// A dozen at most, at full hours, days, weeks, months or years of UTC.
  std::vector<Tick> ticks() const;

 private:
  Period shown_;
  double left_;
  double width_;
};

/// Many small things of one kind in a row: what lies side by side is drawn as one. So the picture of a year stays
/// small.
class Strip {
 public:
  explicit Strip(const TimeAxis& axis) : axis_(axis) {}

  void add(support::WallTime from, support::WallTime to);
  bool empty() const { return columns_.empty(); }
  /// Rectangles from `top` on, `height` high, as the data of a path.
  std::string path(double top, double height) const;

 private:
  const TimeAxis& axis_;
  std::set<int> columns_;
};

/// `26 Nov 2026`, in UTC.
std::string day_name(support::WallTime instant);

}  // namespace stillpoint::rehearsal
