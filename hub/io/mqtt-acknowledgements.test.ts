import { expect, it } from 'vitest'
import { Acknowledgements } from './mqtt-acknowledgements.ts'

it('acknowledges in the order in which the messages came', () => {
  const sent: string[] = []
  const acknowledgements = new Acknowledgements((bytes) => sent.push(bytes.toString('hex')))
  const [first, second, third] = [1, 0x1234, 3].map((id) => acknowledgements.await(id))
  second?.()
  expect(sent).toEqual([])
  first?.()
  expect(sent).toEqual(['4002000140021234'])
  third?.()
  expect(sent.at(-1)).toBe('40020003')
})
