import { decodeJson } from '../codec/fields.ts'
import {
  CLEANING_EXAMPLE,
  decodeCleaningState,
  decodeCommandResult,
  decodeLoadConfig,
  decodeLoadState,
  LOAD_CONFIG_EXAMPLE,
  LOAD_STATE_EXAMPLE,
  RESULT_EXAMPLE,
} from '../codec/load-messages.ts'
import type { Refusal } from '../domain/reading.ts'
import type { LoadDeclaration } from '../domain/relay.ts'
import type { Result } from '../domain/result.ts'
import type { Outcome } from './ingest.ts'
import type { Relays } from './relays.ts'

export interface InboxOptions {
  readonly relays: Relays
  readonly refuse: (house: string, refusal: Refusal) => Promise<Outcome>
  /** Keeps what a node declares; null = it takes that back. */
  readonly declare: (house: string, load: string, declaration: LoadDeclaration | null) => Promise<void>
  /** What is declared now, as it is kept. */
  readonly declared: (house: string, load: string) => LoadDeclaration | null
}

/** Topics of loads and commands, as `parseNodeTopic` tells them. */
export type LoadTopic =
  | { readonly kind: 'loadState' | 'loadConfig'; readonly house: string; readonly load: string }
  | { readonly kind: 'commandResult' | 'cleaningState'; readonly house: string }

/** The one way in for what nodes say of their loads, from MQTT as bytes and from HTTP as an object. */
export function loadInbox({ relays, refuse, declare, declared }: InboxOptions) {
  return async (topic: LoadTopic, payload: Uint8Array | object): Promise<Outcome> => {
    const { house } = topic
    const read = <T>(decode: (input: unknown) => Result<T, Refusal>, example: string): Result<T, Refusal> => {
      const input = payload instanceof Uint8Array ? decodeJson(payload, example) : { ok: true as const, value: payload }
      return input.ok ? decode(input.value) : input
    }
    const take = async <T>(result: Result<T, Refusal>, act: (value: T) => void | Promise<void>): Promise<Outcome> => {
      if (!result.ok) return refuse(house, result.error)
      await act(result.value)
      return { kind: 'stored' }
    }
    switch (topic.kind) {
      case 'loadState':
        return take(read(decodeLoadState, LOAD_STATE_EXAMPLE), (report) => relays.report(house, topic.load, report))
      case 'commandResult':
        return take(read(decodeCommandResult, RESULT_EXAMPLE), (result) => relays.result(house, result))
      case 'cleaningState':
        return take(read(decodeCleaningState, CLEANING_EXAMPLE), (report) => relays.cleaning(house, report))
      case 'loadConfig': {
        const isEmpty = payload instanceof Uint8Array && payload.length === 0
        const result: Result<LoadDeclaration | null, Refusal> = isEmpty
          ? { ok: true, value: null }
          : read(decodeLoadConfig, LOAD_CONFIG_EXAMPLE)
        try {
          return await take(result, async (declaration) => {
            // Repeated at every connection: written only when it is new.
            if (JSON.stringify(declaration) !== JSON.stringify(declared(house, topic.load)))
              await declare(house, topic.load, declaration)
          })
        } catch (error) {
          return { kind: 'failed', code: (error as { code?: string }).code ?? 'INTERNAL' }
        }
      }
    }
  }
}
