"""COPLE-Net in stock PyTorch, of planes and of volumes, from its weights by name."""

import torch
import torch.nn.functional as F


def output(t, x, strides, normalize):
    """The scores of images x.

    t: the weights and statistics by name. strides: of each level, the first unused. normalize(y, name): y after the norm of that name.
    """
    dims = x.dim() - 2
    convolution = {2: F.conv2d, 3: F.conv3d}[dims]
    largest = {2: F.max_pool2d, 3: F.max_pool3d}[dims]
    mean = {2: F.avg_pool2d, 3: F.avg_pool3d}[dims]
    mode = {2: "bilinear", 3: "trilinear"}[dims]

    def conv(x, name, dilation=1):
        w = t[name + ".weight"]
        return convolution(x, w, t[name + ".bias"], padding=[dilation * (k // 2) for k in w.shape[2:]], dilation=dilation)

    def normed(x, name):
        return F.leaky_relu(normalize(x, name))

    def excited(x, name):
        s = F.leaky_relu(conv(x.mean(tuple(range(2, 2 + dims)), keepdim=True), name + ".1"))
        return x + x * F.relu(conv(s, name + ".3"))

    def block(x, name, adds):
        y = x
        for i in (0, 4):
            y = normed(conv(y, f"{name}.conv_conv.{i}"), f"{name}.conv_conv.{i + 1}")
        y = excited(y, f"{name}.conv_conv.7.se_layers")
        return x + y if adds else y

    y, skips = block(x, "in_conv", False), []
    for i, stride in enumerate(strides[1:], 1):
        skips.append(y)
        y = block(torch.cat([largest(y, stride), mean(y, stride)], 1), f"down{i}.conv", True)
    scales = [conv(y, f"aspp.conv_{i}", d) for i, d in ((1, 1), (2, 2), (3, 4), (4, 6))]
    y = normed(conv(torch.cat(scales, 1), "aspp.conv_1x1.0"), "aspp.conv_1x1.1")
    for i in range(1, len(strides)):
        level = len(skips) - 1
        skip = normed(conv(skips.pop(), f"bridge{level}.conv.0"), f"bridge{level}.conv.1")
        up = F.interpolate(conv(y, f"up{i}.conv1x1"), size=skip.shape[2:], mode=mode, align_corners=True)
        y = block(torch.cat([skip, up], 1), f"up{i}.conv", True)
    return conv(y, "out_conv")
