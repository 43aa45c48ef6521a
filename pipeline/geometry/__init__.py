"""Where and when: zones and lines in the picture, schedules in the school's time.

Shapes are normalised to 0–1 of the picture and validated when a person saves them, so that no rule
ever meets a broken one.
"""

from pipeline.geometry.lines import Line, LineConfig
from pipeline.geometry.schedule import Schedule, ScheduleConfig, WeeklyScheduleConfig
from pipeline.geometry.site import SiteConfig
from pipeline.geometry.zones import Zone, ZoneConfig

__all__ = [
    "Line",
    "LineConfig",
    "Schedule",
    "ScheduleConfig",
    "SiteConfig",
    "WeeklyScheduleConfig",
    "Zone",
    "ZoneConfig",
]
