#include "rehearsal/style.hpp"

#include <algorithm>

namespace stillpoint::rehearsal {
namespace {

// Without variables, because few programs but browsers know them.
constexpr std::string_view kStyle = R"svg(<style>
svg{font-family:system-ui,"DejaVu Sans",sans-serif}
text{fill:#1b1f24;font-size:12px}
.title{font-size:20px;font-weight:600}
.name{font-weight:600;font-size:13px}
.small{font-size:10.5px}
.soft,.small{fill:#5d6670}
.bad{fill:#c62828;font-weight:600}
.paper{fill:#fff}
.band{fill:#f3f5f7}
.grid{stroke:#d5dae0}
.begin{stroke:#5d6670;stroke-dasharray:2 3}
.pruned{fill:#b9c2cc}
.blackout{fill:url(#hatch)}
.stripe{stroke:#c9d0d8;stroke-width:2.6}
.missed{fill:#c62828}
.gap{stroke:#c62828;stroke-width:1.5;fill:none}
.limit{stroke:#c62828;stroke-width:1.5;stroke-dasharray:6 4}
.area{fill:#cfe3f5}
.curve{stroke:#0072b2;stroke-width:1.5;fill:none}
.last,.peak{fill:#0072b2}
.within{fill:#56b4e9}
.hourly{fill:#009e73}
.daily{fill:#8a9a00}
.weekly{fill:#e69f00}
.monthly{fill:#d55e00}
.yearly{fill:#8e3b8e}
.other{fill:#444b54}
@media (prefers-color-scheme:dark){
text{fill:#e8ebee}
.soft,.small{fill:#9aa4ae}
.bad{fill:#ff7b72}
.paper{fill:#14181c}
.band{fill:#1c2228}
.grid{stroke:#353d45}
.begin{stroke:#9aa4ae}
.pruned{fill:#4b5661}
.stripe{stroke:#3a434c}
.missed{fill:#ff7b72}
.gap,.limit{stroke:#ff7b72}
.area{fill:#1f3a50}
.curve{stroke:#4aa8e0}
.last,.peak{fill:#4aa8e0}
.within{fill:#8fd0f5}
.hourly{fill:#2fc79a}
.daily{fill:#c3d132}
.weekly{fill:#f5bb45}
.monthly{fill:#ff8a3d}
.yearly{fill:#d187d1}
.other{fill:#c2c9d0}
}
</style>
<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<path class="stripe" d="M0 0V5"/></pattern></defs>
)svg";

}  // namespace

const Mark& mark_of(std::string_view keeper) {
  const auto found =
      std::find_if(kMarks.begin(), kMarks.end(), [&](const Mark& mark) { return keeper == mark.keeper; });
  return found == kMarks.end() ? kMarks.back() : *found;
}

std::string_view picture_style() {
  return kStyle;
}

}  // namespace stillpoint::rehearsal
