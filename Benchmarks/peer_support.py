"""Paints one demo support with PyTorch and diffusers from Assets/demo, and says how long each step of the way takes.

Called by bench.sh; prints seconds for 20 guided steps at 128x128, the best of five, on all cores.
"""

import pathlib
import time

import torch

from peer_pipeline import pipeline

DEMO = pathlib.Path(__file__).resolve().parent.parent / "Assets" / "demo"


def main() -> None:
    pipe = pipeline(DEMO / "sd", DEMO / "controlnet-mask")
    control = torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(0))
    times = []
    for _ in range(5):
        start = time.perf_counter()
        pipe(
            "a real shot photo of mug,, best quality, extremely detailed", image=control, negative_prompt="lowres",
            num_inference_steps=20, guidance_scale=9.0, width=128, height=128, output_type="np",
            generator=torch.Generator().manual_seed(1))
        times.append(time.perf_counter() - start)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads: {min(times):.2f} s a support (best of 5: "
          + ", ".join(f"{t:.2f}" for t in times) + ")")


if __name__ == "__main__":
    main()
