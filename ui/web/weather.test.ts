import { expect, it } from 'vitest'
import { isServiceUrl } from './weather.ts'

it.each([
  ['https://api.open-meteo.com/v1/forecast', true],
  ['http://192.168.1.9:8080/v1/forecast', true],
  ['http://meteo.local/v1/forecast', true],
  ['http://127.0.0.1:9/x', true],
  ['http://api.open-meteo.com/v1/forecast', false],
  ['http://127.0.0.1.evil.com/', false],
  ['https://user:secret@api.open-meteo.com/', false],
  ['file:///etc/passwd', false],
  ['javascript:alert(1)', false],
  ['api.open-meteo.com', false],
  ['', false],
  [`https://a.example/${'x'.repeat(600)}`, false],
])('asks %s for weather: %s', (url, may) => {
  expect(isServiceUrl(url)).toBe(may)
})
