"""Gradus (拾阶): an exam-prep tutor for deep learning."""
