"""A district for trying, 示例: schools with a past, made up, marked, and taken away again.

What boxes and people would have told in ninety days is written at once; how footage is judged is
left to the jobs that judge everybody's. All of it is named by :data:`api.demo.marks.PREFIX`.
"""
