// A program for the tests of the simulated Ethernet chip: connects to 10.0.0.1:1883, echoes what it hears and, asked
// for by FAULT, does one thing that the data sheet forbids.
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <stdint.h>
#include <stdio.h>

#ifndef FAULT
#define FAULT 0
#endif

static int put(char c, FILE *f) {
  while (!(UCSR0A & _BV(UDRE0)))
    ;
  UDR0 = c;
  return 0;
}
static FILE out = FDEV_SETUP_STREAM(put, NULL, _FDEV_SETUP_WRITE);

static uint8_t clock_byte(uint8_t b) {
  SPDR = b;
  while (!(SPSR & _BV(SPIF)))
    ;
  return SPDR;
}
static void begin(uint16_t at, uint8_t control) {
  PORTB &= ~_BV(4);
  clock_byte(at >> 8);
  clock_byte(at);
  clock_byte(control);
}
static void end(void) { PORTB |= _BV(4); }
static uint8_t get(uint8_t block, uint16_t at) {
  begin(at, block << 3);
  uint8_t b = clock_byte(0);
  end();
  return b;
}
static void set(uint8_t block, uint16_t at, uint8_t b) {
  begin(at, block << 3 | 4);
  clock_byte(b);
  end();
}
static uint16_t get16(uint8_t block, uint16_t at) {
  uint16_t high = get(block, at);
  return high << 8 | get(block, at + 1);
}
static void set16(uint8_t block, uint16_t at, uint16_t w) {
  set(block, at, w >> 8);
  set(block, at + 1, w);
}
static void command(uint8_t code) {
  set(1, 1, code);
  while (get(1, 1))
    ;
}
static uint8_t acknowledged(void) {
  if (FAULT == 1) return 1;
  uint8_t ir = get(1, 2);
  if (ir & 0x10) set(1, 2, 0x10);
  return ir & 0x10;
}

EMPTY_INTERRUPT(TIMER2_COMPA_vect)
static uint8_t idle(uint8_t more) { // sleeps a millisecond where there is more to wait for
  if (more) sleep_mode();
  return more;
}

int main(void) {
  TCCR2A = _BV(WGM21);
  TCCR2B = _BV(CS22);
  OCR2A = 249;
  TIMSK2 = _BV(OCIE2A);
  set_sleep_mode(SLEEP_MODE_IDLE);
  sei();
  UCSR0A = _BV(U2X0);
  UBRR0 = 16;
  UCSR0B = _BV(TXEN0);
  stdout = &out;
  PORTB |= _BV(4) | _BV(0);
  DDRB |= _BV(4) | _BV(0) | _BV(1) | _BV(2);
  SPCR = _BV(SPE) | _BV(MSTR) | (FAULT == 6 ? _BV(CPHA) : 0);
  SPSR = _BV(SPI2X);
  set(0, 0, 0x80);
  if (FAULT != 2)
    while (get(0, 0) & 0x80)
      ;
  for (uint8_t i = 0; i < 6; i++) set(0, 9 + i, 2 + i);
  for (uint8_t i = 0; i < 4; i++) set(0, 15 + i, i ? i : 10);
  printf("version %u\n", get(0, 0x39));
  while (idle(!(get(0, 0x2e) & 1)))
    ;
  printf("link\n");
  for (;;) {
    set(1, 0, 1);
    set16(1, 4, 40000);
    command(1);
    uint8_t peer[4] = {10, 0, 0, 1};
    for (uint8_t i = 0; i < 4; i++) set(1, 12 + i, peer[i]);
    set16(1, 16, 1883);
    if (FAULT == 3) set(1, 3, 1);
    command(4);
    uint8_t state;
    while (idle((state = get(1, 3)) == 0x15))
      ;
    printf("state %x ir %x\n", state, get(1, 2));
    uint8_t sending = 0;
    while (get(1, 3) == 0x17) {
      if (sending) {
        if (get(1, 2) & 8) break;
        sending = idle(!acknowledged());
        continue;
      }
      uint16_t length = get16(1, 0x26);
      if (idle(!length)) continue;
      if (FAULT == 4) length++;
      uint16_t from = get16(1, 0x28), to = get16(1, 0x24);
      for (uint16_t i = 0; i < length; i++) set(2, to + i, get(3, from + i));
      set16(1, 0x28, from + length);
      command(0x40);
      set16(1, 0x24, to + length);
      if (FAULT == 5) set16(1, 0x24, to + 3000);
      command(0x20);
      sending = 1;
    }
    printf("over %x ir %x\n", get(1, 3), get(1, 2));
    set(1, 2, 0xff);
    if (get(1, 3)) command(0x10);
  }
}
