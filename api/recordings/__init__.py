"""What was recorded: a day of one camera on a timeline, and its pictures, which stay on the box."""
