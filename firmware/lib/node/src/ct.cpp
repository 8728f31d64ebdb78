#include "ct.h"

namespace sf {

// The presence resistor pulls the input of an unplugged CT to ground; a sound bias stands within a tenth of half scale.
static const int32_t UNPLUGGED_BELOW = 51;
static const int32_t BIAS_LOW = 461, BIAS_HIGH = 563;
static const uint16_t CLIPPED_SAMPLES = 3;
static const uint32_t QUANTISING_E3 = 83;
static const uint32_t LEAST_SIGNAL_E3 = 40;

uint32_t square_root(uint64_t value) {
  uint64_t root = 0, bit = static_cast<uint64_t>(1) << 62;
  while (bit > value) bit >>= 2;
  for (; bit; bit >>= 2) {
    if (value >= root + bit) {
      value -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return static_cast<uint32_t>(root);
}

CtScale ct_scale(uint16_t ct_a, uint16_t ct_mv, uint32_t gain_e4, uint32_t zero_e3, uint32_t reference_q16) {
  // mA per count = 5000 mV / 1024 * (1000 * ct_a / ct_mv) * gain; 2^16 of it, 1024 = 2^10, gain / 10^4.
  const uint64_t micro = static_cast<uint64_t>(5000) * 1000 * ct_a * gain_e4;
  uint64_t q16 = (micro * 64) / (static_cast<uint64_t>(ct_mv) * 10000);
  q16 = (q16 * reference_q16) >> 16;
  CtScale scale;
  scale.ma_per_count_q16 = q16 > 0xFFFFFFFFu ? 0xFFFFFFFFu : static_cast<uint32_t>(q16);
  scale.zero_e3 = zero_e3;
  return scale;
}

static ChannelFault fault_of(const Window& w) {
  const int32_t mean = 512 + w.sum / static_cast<int32_t>(w.count);
  if (mean < UNPLUGGED_BELOW) return UNPLUGGED;
  if (mean < BIAS_LOW || mean > BIAS_HIGH) return BIAS_OFF;
  return w.clipped >= CLIPPED_SAMPLES ? CLIPPING : SOUND;
}

CtReading ct_read(const Window& w, const CtScale& scale) {
  CtReading r = {0, 0, 0, 0, 0, UNPLUGGED};
  if (w.count == 0) return r;
  const uint64_t n = w.count;
  const int64_t sum = w.sum;
  // n^2 * variance, exact; at most 4000 * 2^30.
  const uint64_t spread = n * w.squares - static_cast<uint64_t>(sum * sum);
  const uint64_t square_q16 = (spread << 16) / (n * n);
  r.noise_e3 = static_cast<uint32_t>((square_q16 * 1000) >> 16);
  r.raw_q12 = square_root(square_q16 << 8);
  r.mean_e2 = 51200 + static_cast<int32_t>(sum * 100 / static_cast<int64_t>(n));
  r.fault = fault_of(w);

  const uint32_t floor_e3 = scale.zero_e3 > QUANTISING_E3 ? scale.zero_e3 : QUANTISING_E3;
  const uint64_t floor_q16 = (static_cast<uint64_t>(floor_e3) << 16) / 1000;
  const uint32_t least_e3 = floor_e3 / 4 > LEAST_SIGNAL_E3 ? floor_e3 / 4 : LEAST_SIGNAL_E3;
  const uint64_t least_q16 = (static_cast<uint64_t>(least_e3) << 16) / 1000;
  if (square_q16 < floor_q16 + least_q16) return r;
  r.rms_q12 = square_root((square_q16 - floor_q16) << 8);
  r.ma = static_cast<uint32_t>((static_cast<uint64_t>(r.rms_q12) * scale.ma_per_count_q16) >> 28);
  return r;
}

bool FaultFilter::see(ChannelFault fault) {
  times_ = fault == last_ ? static_cast<uint8_t>(times_ < 3 ? times_ + 1 : 3) : 1;
  last_ = fault;
  if (times_ < 3 || shown_ == fault) return false;
  shown_ = fault;
  return true;
}

}  // namespace sf
