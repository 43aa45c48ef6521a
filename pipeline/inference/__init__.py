"""From frames to detections: letterbox, ONNX, decode, non-maximum suppression."""
