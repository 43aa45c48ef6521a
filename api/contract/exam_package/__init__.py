"""A sealed package of one exam room and session: original segments, a manifest, a signature.

Pure: it reads and writes one folder and needs no database, no server and no network, so that who
receives a package can check it anywhere. A box collects, the bureau signs, anybody verifies.
"""
