#include "adc.h"
#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

namespace {

const uint8_t REFERENCE = _BV(REFS0);  // AVcc
const uint8_t MUX_PRODUCTION = 0, MUX_CONSUMPTION = 1, MUX_NTC = 3, MUX_BANDGAP = 0x1E;
const uint16_t SAMPLES = 2u * 4000u;
const uint16_t SLOTS = SAMPLES + 4;

sf::Sampled buffers[2];
volatile uint8_t filling;
volatile bool complete;
volatile uint32_t lost;
uint16_t slot;

uint8_t mux_of(uint16_t at) {
  if (at < SAMPLES) return at & 1 ? MUX_CONSUMPTION : MUX_PRODUCTION;
  return at < SAMPLES + 2 ? MUX_NTC : MUX_BANDGAP;
}

}  // namespace

// One interrupt a slot: it takes the result of the conversion before, starts the next one at its exact time, and only then
// adds up. A conversion takes 104 of the 125 us.
ISR(TIMER1_COMPA_vect) {
  if (ADCSRA & _BV(ADSC)) {
    lost++;
    return;
  }
  const uint16_t counts = ADC;
  const uint16_t at = slot;
  const uint16_t next = at + 1 == SLOTS ? 0 : at + 1;
  ADMUX = REFERENCE | mux_of(next);
  ADCSRA |= _BV(ADSC);
  slot = next;
  sf::Sampled& into = buffers[filling];
  if (at < SAMPLES) {
    into.channels[at & 1].add(counts);
    return;
  }
  // Of each pair the first is thrown away: the sampling capacitor still held the other input.
  if (at == SAMPLES + 1) into.ntc = counts;
  if (at != SLOTS - 1) return;
  into.bandgap = counts;
  into.lost = lost;
  sf::Sampled& other = buffers[filling ^ 1];
  for (uint8_t i = 0; i < sf::CHANNELS; i++) other.channels[i].begin_after(into.channels[i]);
  filling ^= 1;
  complete = true;
}

void Adc::begin() {
  for (uint8_t i = 0; i < sf::CHANNELS; i++) {
    buffers[0].channels[i].clear();
    buffers[1].channels[i].clear();
  }
  DIDR0 = 0x0F;  // no digital input on A0..A3
  ADMUX = REFERENCE | MUX_PRODUCTION;
  ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);  // 125 kHz
  ADCSRB = 0;
  ADCSRA |= _BV(ADSC);  // of slot 0; the first takes 200 us, so that the first interrupt finds it busy
  TCCR1A = 0;
  TCCR1B = _BV(WGM12) | _BV(CS11);  // CTC, 2 MHz
  OCR1A = 249;                      // 8 kHz
  TCNT1 = 0;
  TIMSK1 = _BV(OCIE1A);
}

bool Adc::take(sf::Sampled* out) {
  if (!complete) return false;
  // The interrupt does not touch this buffer for a second.
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    complete = false;
    *out = buffers[filling ^ 1];
  }
  return true;
}
