#include "payloads.h"

namespace sf {

void write_reading(Text& out, const Reading& r, uint32_t boot, uint32_t uptime_s) {
  Json json(out);
  if (r.has_consumption) {
    json.natural(F_("produzione_w"), r.production_w).natural(F_("consumo_w"), r.consumption_w);
  } else {
    json.natural(F_("potenza_w"), r.production_w);
  }
  if (uptime_s > r.uptime_s) json.natural(F_("eta_s"), uptime_s - r.uptime_s);
  json.natural(F_("boot"), boot).natural(F_("uptime_s"), uptime_s).natural(F_("seq"), r.sequence);
  json.natural(F_("energia_prodotta_wh"), r.energy.produced);
  if (r.has_consumption) {
    json.natural(F_("energia_consumata_wh"), r.energy.consumed)
        .natural(F_("energia_prelevata_wh"), r.energy.imported)
        .natural(F_("energia_immessa_wh"), r.energy.exported);
  }
  json.end();
}

static void name(Text& out, bool& first, const FlashText* what, const FlashText* how) {
  if (!first) out.add(',');
  first = false;
  out.add('"').add(what).add(how).add('"');
}

void write_faults(Text& out, const Meter& meter) {
  bool first = true;
  out.add('[');
  for (uint8_t i = 0; i < CHANNELS; i++) {
    const FlashText* ct = i == PRODUCTION ? F_("ct_produzione_") : F_("ct_consumo_");
    switch (meter.fault(i)) {
      case UNPLUGGED: name(out, first, ct, F_("assente")); break;
      case BIAS_OFF: name(out, first, ct, F_("bias")); break;
      case CLIPPING: name(out, first, ct, F_("saturo")); break;
      case SOUND: break;
    }
  }
  if (meter.ntc_broken()) name(out, first, F_("ntc_"), F_("guasto"));
  out.add(']');
}

void write_status(Text& out, const Meter& meter, uint32_t boot, uint32_t uptime_s) {
  Json json(out);
  json.boolean(F_("online"), true)
      .text(F_("fw"), F_(SF_FIRMWARE_VERSION))
      .natural(F_("boot"), boot)
      .natural(F_("uptime_s"), uptime_s);
  json.key(F_("guasti"));
  write_faults(out, meter);
  json.end();
}

void write_load_state(Text& out, const Relay& relay, Millis now) {
  Json json(out);
  json.boolean(F_("acceso"), relay.on()).text(F_("origine"), origin_code(relay.origin()));
  if (relay.lease()[0]) json.text(F_("id"), relay.lease());
  json.natural(F_("residuo_s"), relay.remaining_s(now)).natural(F_("blocco_s"), relay.locked_s(now));
  json.end();
}

void write_load_config(Text& out, const LoadSettings& load, uint8_t output) {
  Json json(out);
  json.natural(F_("uscita"), output)
      .text(F_("riposo"), load.rest_on ? F_("acceso") : F_("spento"))
      .natural(F_("min_on_s"), load.min_on_s)
      .natural(F_("min_off_s"), load.min_off_s)
      .natural(F_("max_on_s"), load.max_on_s)
      .natural(F_("avvii_ora"), load.starts_per_hour);
  if (load.program) json.boolean(F_("programma"), true);
  json.end();
}

void write_outcome(Text& out, const Outcome& outcome) {
  Json json(out);
  json.text(F_("id"), outcome.id).boolean(F_("ok"), outcome.answer.refusal == ACCEPTED);
  if (outcome.answer.refusal != ACCEPTED) json.text(F_("errore"), refusal_code(outcome.answer.refusal));
  if (outcome.answer.retry_s) json.natural(F_("riprova_s"), outcome.answer.retry_s);
  json.end();
}

void write_wash(Text& out, const Wash& wash, Millis now) {
  Json json(out);
  json.boolean(F_("attiva"), wash.active())
      .natural(F_("residuo_s"), wash.remaining_s(now))
      .text(F_("causa"), wash_cause_code(wash.cause()));
  json.end();
}

}  // namespace sf
