"""What checks compare with: values, gradients and distributions. Every comparison raises Mismatch, or is silent."""
