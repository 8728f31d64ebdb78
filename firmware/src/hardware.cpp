#include "hardware.h"
#include <Arduino.h>
#include <avr/eeprom.h>
#include <avr/wdt.h>

extern uint8_t __heap_start;

namespace {

const uint8_t UNTOUCHED = 0xC5;
uint8_t mcusr __attribute__((section(".noinit")));

}  // namespace

// Before anything else runs: a watchdog that has bitten stays on at its shortest time.
void keep_reset_flags() __attribute__((naked, used, section(".init3")));
void keep_reset_flags() {
  mcusr = MCUSR;
  MCUSR = 0;
  wdt_disable();
}

sf::ResetCause reset_cause() {
  if (mcusr & _BV(PORF)) return sf::RESET_POWER;
  if (mcusr & _BV(BORF)) return sf::RESET_BROWN_OUT;
  if (mcusr & _BV(WDRF)) return sf::RESET_WATCHDOG;
  return mcusr & _BV(EXTRF) ? sf::RESET_EXTERNAL : sf::RESET_UNKNOWN;
}

uint8_t MegaEeprom::read(uint16_t at) { return eeprom_read_byte(reinterpret_cast<const uint8_t*>(at)); }
bool MegaEeprom::ready() { return eeprom_is_ready(); }
void MegaEeprom::write(uint16_t at, uint8_t byte) { eeprom_write_byte(reinterpret_cast<uint8_t*>(at), byte); }

// Outputs are PA0 PA2 PA4 PA6, inputs PA1 PA3 PA5 PA7. The level is there before the pin drives it.
void MegaPins::relay(uint8_t output, bool high) {
  const uint8_t bit = static_cast<uint8_t>(1 << (2 * output));
  if (high) {
    PORTA |= bit;
  } else {
    PORTA &= static_cast<uint8_t>(~bit);
  }
  DDRA |= bit;
}

void MegaPins::valve(bool open) {
  if (open) {
    PORTC |= _BV(PC7);
  } else {
    PORTC &= static_cast<uint8_t>(~_BV(PC7));
  }
  DDRC |= _BV(PC7);
}

bool MegaPins::wall_closed(uint8_t input) {
  const uint8_t bit = static_cast<uint8_t>(2 << (2 * input));
  PORTA |= bit;  // pull-up
  return !(PINA & bit);
}

void MegaPins::led(bool on) {
  if (on) {
    PORTH |= _BV(PH6);
    PORTB |= _BV(PB7);
  } else {
    PORTH &= static_cast<uint8_t>(~_BV(PH6));
    PORTB &= static_cast<uint8_t>(~_BV(PB7));
  }
  DDRH |= _BV(PH6);
  DDRB |= _BV(PB7);
}

void MegaPins::begin() {
  // Nothing uses the heap: what lies between the variables and the stack keeps this mark until the stack has been there.
  uint8_t top;
  for (uint8_t* at = &__heap_start; at < &top - 32; at++) *at = UNTOUCHED;
}

uint16_t MegaPins::free_ram() {
  uint16_t left = 0;
  for (const uint8_t* at = &__heap_start; *at == UNTOUCHED && left < RAMEND; at++) left++;
  return left;
}

const sf::FlashText* MegaPins::board_name() { return F_("megaatmega2560"); }

void MegaPins::restart() {
  wdt_enable(WDTO_15MS);
  for (;;) {
  }
}

void MegaSerial::begin() { Serial.begin(115200); }
int MegaSerial::read() { return Serial.read(); }
size_t MegaSerial::room() { return static_cast<size_t>(Serial.availableForWrite()); }
void MegaSerial::write(char c) { Serial.write(static_cast<uint8_t>(c)); }

void MegaSpi::begin() {
  PORTB |= _BV(PB4) | _BV(PB0);
  PORTG |= _BV(PG5);
  DDRG |= _BV(PG5);
  DDRB |= _BV(PB4) | _BV(PB0) | _BV(PB1) | _BV(PB2);  // select, SS (as an input it could end master mode), clock, MOSI
  SPCR = _BV(SPE) | _BV(MSTR);
  SPSR = _BV(SPI2X);
}

void MegaSpi::select(bool selected) {
  if (selected) {
    PORTB &= static_cast<uint8_t>(~_BV(PB4));
  } else {
    PORTB |= _BV(PB4);
  }
}

void MegaSpi::transfer(const uint8_t* from, uint8_t* to, size_t count) {
  for (size_t i = 0; i < count; i++) {
    SPDR = from ? from[i] : 0;
    while (!(SPSR & _BV(SPIF))) {
    }
    const uint8_t back = SPDR;
    if (to) to[i] = back;
  }
}
