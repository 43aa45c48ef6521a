"""Video meetings, 视频会议: rooms of an engine that is not ours, for people who were invited."""
