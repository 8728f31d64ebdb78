#pragma once
#include <meter.h>

/**
 * Both CTs at 4,000 samples a second each. Timer 1 starts a conversion every 125 us; after 4,000 samples of each
 * channel four more slots read the thermistor and the 1.1 V reference, the first of each thrown away, and the next
 * window begins. Windows are gathered in one buffer while the loop reads the other.
 */
class Adc : public sf::Sampler {
 public:
  void begin();
  bool take(sf::Sampled* out) override;
};
