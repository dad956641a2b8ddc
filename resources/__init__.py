"""What work needs: the upload store, the lake, the warehouse, the device, folders to work in.

A resource turns settings into a plain object of `gametape`; it holds no policy and no algorithm.
"""
