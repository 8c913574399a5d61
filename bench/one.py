import bench as b, serve, sys
