"""The page of gradient flow: how gradients, updates and activations of the layers go over a training."""
