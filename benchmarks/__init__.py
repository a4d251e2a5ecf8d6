"""What the project claims about speed and memory, re-runnable: python -m benchmarks"""
