"""What a video container says of its pictures: known once, for every room that opens one."""
