#!/bin/sh
# With timestep_spacing="trailing" some step counts give one step more than asked for, and it is at t = -1.
#
# Guess: set_timesteps(61) gives 61 time steps from 999 down to some t >= 0, like every other spacing.
# Found with diffusers 0.42.1, torch 2.15.0 and numpy 2.4.6: 62 time steps, the last of them -1: the steps are np.arange(1000, 0, -1000 / 61),
# whose rounding lets one more value stay above 0. DDIM shows it for 62 of the counts from 1 to 1000; 20, 30 and 50 are not among them.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q diffusers==0.42.1 torch==2.15.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
from diffusers import DDIMScheduler

scheduler = DDIMScheduler(timestep_spacing="trailing")

def steps(count):
    scheduler.set_timesteps(count)
    return scheduler.timesteps.tolist()

odd = [count for count in range(1, 1001) if len(steps(count)) != count]
print(len(steps(61)), steps(61)[-1], len(odd), odd[:3])
assert len(steps(61)) == 62 and steps(61)[-1] == -1, steps(61)
assert odd[:3] == [61, 103, 121] and len(odd) == 62 and not {20, 30, 50} & set(odd), odd
PYTHON
