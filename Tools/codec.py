"""A closed-form start for the autoencoder: its encoder becomes the principal components of 8x8 blocks.

Each downsampling gathers two by two neighbours and keeps the principal components of what the level below kept; every
residual branch starts at zero and the last normalisation is held open by constant channels, so that the network is
linear to begin with. The encoder is good as it stands (the best linear code of its size); the decoder starts as a
smooth interpolation of the block colours and is then trained by train_vae.py.
"""

import numpy as np
import torch

LARGE = 30.0  # constant channels, against pictures within -1...1 and latents of about unit size
OPEN = 8.0  # where SiLU is the identity to within a few thousandths
LOG_VARIANCE = -8.0


def components(rows, keep):
    """Mean, basis [keep,d] and eigenvalues of rows [n,d]."""
    mean = rows.mean(0)
    values, vectors = np.linalg.eigh(np.cov(rows.T, bias=True))
    order = np.argsort(values)[::-1][:keep]
    return mean, vectors[:, order].T, values[order]


def gathered(maps):
    """[n,h,w,c] -> rows of two by two neighbours [n*h/2*w/2, 4c], in (dy, dx, c) order, and their grid."""
    n, h, w, c = maps.shape
    blocks = maps.reshape(n, h // 2, 2, w // 2, 2, c).transpose(0, 1, 3, 2, 4, 5)
    return blocks.reshape(-1, 4 * c), (n, h // 2, w // 2)


@torch.no_grad()
def silence(module):
    """Every residual branch and attention output to zero."""
    for name, layer in module.named_modules():
        if name.endswith(("conv2", "to_out.0")):
            layer.weight.zero_()
            layer.bias.zero_()


@torch.no_grad()
def identity(conv):
    """A convolution that copies channels, as far as they go."""
    conv.weight.zero_()
    conv.bias.zero_()
    centre = conv.weight.shape[-1] // 2
    for channel in range(min(conv.weight.shape[:2])):
        conv.weight[channel, channel, centre, centre] = 1


@torch.no_grad()
def linear_end(norm, conv, count):
    """Makes group norm + SiLU + `conv` copy `count` channels; returns those channels and the ones that must hold LARGE.

    A group's statistics are ruled by its constant channel, and what they still take from the signals' mean is
    cancelled by subtracting a channel that is always zero.
    """
    size = norm.num_channels // norm.num_groups
    constants = [group * size + size - 1 for group in range(norm.num_groups)]
    free = [group * size + slot for slot in range(size - 2) for group in range(norm.num_groups)]
    mean, deviation = LARGE / size, LARGE * (size - 1) ** 0.5 / size
    norm.weight.fill_(deviation)
    norm.bias.fill_(mean + OPEN)
    norm.weight[constants] = 0
    conv.weight.zero_()
    conv.bias.zero_()
    for index, channel in enumerate(free[:count]):
        zero = channel // size * size + size - 2
        conv.weight[index, channel, 1, 1] = 1
        conv.weight[index, zero, 1, 1] = -1
    return free[:count], constants


@torch.no_grad()
def start(vae, images):
    """Sets all weights of `vae` from pictures uint8 [n,128,128,3]; returns the latents' deviations."""
    encoder, decoder, count = vae.encoder, vae.decoder, vae.config.latent_channels
    silence(vae)
    maps = images.astype(np.float64) / 127.5 - 1

    identity(encoder.conv_in)
    for level, block in enumerate(encoder.down_blocks):
        if block.resnets[0].conv_shortcut is not None:
            identity(block.resnets[0].conv_shortcut)
        if block.downsamplers is None:
            continue
        conv = block.downsamplers[0].conv
        rows, grid = gathered(maps)
        keep = min(conv.out_channels, rows.shape[1])
        mean, basis, _ = components(rows, keep)
        conv.weight.zero_()
        conv.bias.zero_()
        taps = torch.from_numpy(basis.reshape(keep, 2, 2, -1)).permute(0, 3, 1, 2).float()
        conv.weight[:keep, : taps.shape[1], :2, :2] = taps
        conv.bias[:keep] = torch.from_numpy(-basis @ mean).float()
        maps = ((rows - mean) @ basis.T).reshape(*grid, keep)
    # The last level's first channels are the principal components already; their scale halves the spread of
    # deviations, so that the colours of a block stay louder than its detail.
    deviation = maps.reshape(-1, maps.shape[-1]).std(0)[:count]
    wanted = np.sqrt(deviation)
    wanted /= np.sqrt((wanted**2).mean())
    signals, constants = linear_end(encoder.conv_norm_out, encoder.conv_out, count)
    shortcut = encoder.down_blocks[-1].resnets[0].conv_shortcut
    shortcut.weight.zero_()
    shortcut.bias.zero_()
    for index, channel in enumerate(signals):
        shortcut.weight[channel, index, 0, 0] = float(wanted[index] / deviation[index])
    for channel in constants:
        shortcut.bias[channel] = LARGE
    identity(vae.quant_conv)
    vae.quant_conv.weight[count:] = 0
    vae.quant_conv.bias[count:] = LOG_VARIANCE

    # Each latent's share in the colour of its whole block, by least squares.
    n, h, w, _ = maps.shape
    latents = (maps[..., :count] / deviation * wanted).reshape(-1, count)
    side = images.shape[1] // h
    colours = (images.astype(np.float64) / 127.5 - 1).reshape(n, h, side, w, side, 3).mean((2, 4)).reshape(-1, 3)
    share = np.linalg.lstsq(np.concatenate([latents, np.ones((len(latents), 1))], 1), colours, rcond=None)[0]
    identity(vae.post_quant_conv)
    spread(decoder.conv_in, keep=count)
    tent = torch.tensor([1.0, 2.0, 1.0]) / 4
    for block in decoder.up_blocks:
        if block.resnets[0].conv_shortcut is not None:
            spread(block.resnets[0].conv_shortcut, keep=count)
        if block.upsamplers is not None:
            conv = block.upsamplers[0].conv
            noise = 0.3 * conv.weight.clone()
            identity(conv)
            for channel in range(count):
                conv.weight[channel, channel] = tent[:, None] * tent[None]
            conv.weight[count:] += noise[count:]
    signals, constants = linear_end(decoder.conv_norm_out, decoder.conv_out, 3)
    shortcut = decoder.up_blocks[-1].resnets[0].conv_shortcut
    shortcut.weight.zero_()
    shortcut.bias.zero_()
    for index, channel in enumerate(signals):
        shortcut.weight[channel, :count, 0, 0] = torch.from_numpy(share[:count, index]).float()
        shortcut.bias[channel] = float(share[count, index])
    for channel in constants:
        shortcut.bias[channel] = LARGE
    return wanted


@torch.no_grad()
def spread(conv, keep):
    """Copies the first `keep` channels and leaves the others at random mixtures, for the training to pick from."""
    drawn = conv.weight.clone()
    identity(conv)
    conv.weight[keep:] = drawn[keep:]
