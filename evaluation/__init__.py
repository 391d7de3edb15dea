"""Labelled questions, scores, calibration and training: how we know whether the promises hold."""
