"""Elementary functions in a form that compilers vectorise, for compiled loops."""

from __future__ import annotations

from typing import Any

import numpy as np

from envs.compiling import inlined


def constants(*numbers: float) -> tuple[Any, ...]:
    """Numbers as float32, for compiled code."""
    return tuple(np.float32(number) for number in numbers)


# A Python number in a compiled function is a float64, and would turn the whole expression into float64.
ZERO, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
_LOG2E, _LN2_HIGH, _LN2_LOW = np.float32(1.4426950408889634), np.float32(0.693359375), np.float32(-2.12194440e-4)
_EXP_LOW, _EXP_HIGH, _SQRT_HALF, _TANH_END = constants(-87.0, 88.0, 0.70710678118654752440, 7.90531110763549805)
_E0, _E1, _E2, _E3, _E4, _E5 = constants(
    1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1
)
_L0, _L1, _L2, _L3, _L4 = constants(7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1)
_L5, _L6, _L7, _L8 = constants(-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)
_A0, _A1, _A2, _A3 = constants(-2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-08)
_A4, _A5, _A6 = constants(1.48572235717979e-05, 6.37261928875436e-04, 4.89352455891786e-03)
_B0, _B1, _B2, _B3 = constants(1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03)


@inlined
def fast_exp(x: Any) -> Any:
    """Exponential function within 5 units in the last place (Moshier, 1992, Cephes `expf`); constant below -87."""
    x = min(max(x, _EXP_LOW), _EXP_HIGH)
    k = np.floor(x * _LOG2E + HALF)
    r = x - k * _LN2_HIGH - k * _LN2_LOW
    p = ((((_E0 * r + _E1) * r + _E2) * r + _E3) * r + _E4) * r + _E5
    return (p * r * r + r + ONE) * np.int32((np.int32(k) + np.int32(127)) << np.int32(23)).view(np.float32)


@inlined
def fast_log(x: Any) -> Any:
    """Natural logarithm of a normal positive number (Moshier, 1992, Cephes `logf`)."""
    bits = np.float32(x).view(np.int32)
    e = np.float32((bits >> np.int32(23)) - np.int32(126))
    m = np.int32((bits & np.int32(0x007FFFFF)) | np.int32(0x3F000000)).view(np.float32)
    low = m < _SQRT_HALF
    e = e - (ONE if low else ZERO)
    m = (m + m if low else m) - ONE
    z = m * m
    p = (((((((_L0 * m + _L1) * m + _L2) * m + _L3) * m + _L4) * m + _L5) * m + _L6) * m + _L7) * m + _L8
    return p * m * z + e * _LN2_LOW - HALF * z + m + e * _LN2_HIGH


@inlined
def fast_tanh(x: Any) -> Any:
    """Hyperbolic tangent as an odd rational function, clipped where it is ±1 in float32 (as in Eigen); error below 3e-7."""
    x = min(max(x, -_TANH_END), _TANH_END)
    y = x * x
    a = (((((_A0 * y + _A1) * y + _A2) * y + _A3) * y + _A4) * y + _A5) * y + _A6
    return x * a / (((_B0 * y + _B1) * y + _B2) * y + _B3)
