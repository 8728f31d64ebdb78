// A program for the tests of the simulated board: says at its start why it began, then does what a letter asks for.
#include <avr/eeprom.h>
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <stdio.h>

static uint8_t reset_cause __attribute__((section(".noinit")));
static uint16_t kept __attribute__((section(".noinit")));
volatile uint32_t ticks;
static volatile uint32_t squares[2], sums[2], samples[2];
static volatile uint8_t channel;

void early(void) __attribute__((naked, used, section(".init3")));
void early(void) {
  reset_cause = MCUSR;
  MCUSR = 0;
  wdt_disable();
}

ISR(TIMER1_COMPA_vect) {
  ticks++;
  if (!(ADCSRA & _BV(ADSC))) ADCSRA |= _BV(ADSC);
}

ISR(ADC_vect) {
  uint16_t value = ADC;
  squares[channel] += (uint32_t)value * value;
  sums[channel] += value;
  samples[channel]++;
  channel ^= 1;
  ADMUX = _BV(REFS0) | channel;
}

static int put(char c, FILE *f) {
  while (!(UCSR0A & _BV(UDRE0)))
    ;
  UDR0 = c;
  return 0;
}
static FILE out = FDEV_SETUP_STREAM(put, NULL, _FDEV_SETUP_WRITE);

static void measure(void) {
  cli();
  for (uint8_t i = 0; i < 2; i++) squares[i] = sums[i] = samples[i] = 0;
  sei();
  uint32_t until = ticks + 1600; // 0.2 s: ten cycles of the mains, 800 samples of each channel
  set_sleep_mode(SLEEP_MODE_IDLE);
  while ((int32_t)(ticks - until) < 0) sleep_mode();
  cli();
  uint32_t q[2], s[2], n[2];
  for (uint8_t i = 0; i < 2; i++) {
    q[i] = squares[i];
    s[i] = sums[i];
    n[i] = samples[i];
  }
  sei();
  printf("adc %lu %lu %lu %lu %lu %lu\n", n[0], s[0], q[0], n[1], s[1], q[1]);
}

int main(void) {
  UCSR0A = _BV(U2X0);
  UBRR0 = 16;
  UCSR0B = _BV(RXEN0) | _BV(TXEN0);
  stdout = &out;
  DDRA = 0x55;
  PORTA = 0xAA;
  TCCR1B = _BV(WGM12) | _BV(CS11);
  OCR1A = 249;
  TIMSK1 = _BV(OCIE1A);
  ADMUX = _BV(REFS0);
  ADCSRA = _BV(ADEN) | _BV(ADIE) | 7;
  sei();
  printf("start %u\n", reset_cause);
  for (;;) {
    if (!(UCSR0A & _BV(RXC0))) continue;
    char c = UDR0;
    if (c == 'a') measure();
    if (c == 'r') PORTA ^= 1;
    if (c == 's') printf("switch %u\n", !(PINA & 2));
    if (c == 'k') printf("kept %u\n", ++kept);
    if (c == 'i') {
      // An interrupt is pending when the I flag is set: the instruction after that still comes first.
      uint8_t before, after;
      asm volatile(
          "cli\n"
          "1: sbis 0x16, 1\n" // TIFR1, OCF1A
          "rjmp 1b\n"
          "lds %0, ticks\n"
          "sei\n"
          "lds %1, ticks\n"
          : "=&r"(before), "=&r"(after));
      printf("same %u\n", before == after);
    }
    if (c == 'h') {
      wdt_enable(WDTO_1S);
      for (;;)
        ;
    }
    if (c == 'e') {
      uint8_t count = eeprom_read_byte((uint8_t *)7) + 1;
      eeprom_write_byte((uint8_t *)7, count);
      printf("eeprom %u\n", count);
    }
    if (c == 't') {
      uint32_t before = ticks;
      uint16_t count = TCNT1;
      while (ticks - before < 8)
        ;
      printf("ticks %u\n", count < 250);
    }
  }
}
