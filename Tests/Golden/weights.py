"""Makes weights.pth, what torch.save 2.13 writes of a small state: python weights.py"""

import pathlib
from collections import OrderedDict

import torch

base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
state = OrderedDict(
    {"module.conv.weight": base, "module.conv.part": base[:, 1:, ::2], "module.norm.bias": torch.ones(3, dtype=torch.float16)})
torch.save(
    {"state_dict": state, "epoch": 7, "axes": (0, 1, 2), "name": "small", "optimizer": {0: {"step": torch.tensor(1.0)}}, "rate": 0.5},
    pathlib.Path(__file__).with_name("weights.pth"))
