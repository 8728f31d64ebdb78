// Enhancements only: every page works without this file. Loaded after htmx and its SSE extension, in one file with them.
;(() => {
  const SILENT_MS = 25_000
  const STALE_MS = 120_000
  const main = document.getElementById('contenuto')
  const live = document.getElementById('live')
  const url = main?.getAttribute('hx-sse:connect')

  // Ages count from the hub's clock, which every push carries: the browser's own may be wrong, the demo's runs apart.
  let hubNow = 0
  let readAt = 0
  const readClock = () => {
    const clock = document.getElementById('ora')
    if (!clock) return
    hubNow = Number(clock.dataset.now)
    readAt = performance.now()
  }

  const templates = (document.body.dataset.ages ?? '').split('|')
  const ageText = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000))
    const [unit, n] =
      s < 60
        ? [0, s]
        : s < 3600
          ? [1, Math.floor(s / 60)]
          : s < 172800
            ? [2, Math.floor(s / 3600)]
            : [3, Math.floor(s / 86400)]
    return templates[unit]?.replace('{n}', String(n))
  }
  const countOn = () => {
    const now = hubNow + performance.now() - readAt
    for (const element of document.querySelectorAll('time[data-at]')) {
      const age = now - Number(element.dataset.at)
      const text = ageText(age)
      if (text && element.textContent !== text) element.textContent = text
      if (url && age > STALE_MS) element.closest('.card#adesso')?.classList.add('stale')
    }
  }

  const say = (state) => {
    if (!live || live.dataset.state === state) return
    live.dataset.state = state
    live.textContent = live.dataset[state] ?? ''
    document.documentElement.toggleAttribute('data-lost', state === 'lost')
  }

  // A cut without a farewell leaves the stream waiting for ever: after a silence it is dropped, which dials again.
  let connection = null
  let heard = performance.now()
  let dialled = performance.now()
  const watch = () => {
    if (!url || document.hidden) {
      heard = performance.now()
      return
    }
    if (performance.now() - heard < SILENT_MS) return
    say('lost')
    if (performance.now() - dialled < SILENT_MS) return
    dialled = performance.now()
    if (connection) connection.reader?.cancel()
    else window.htmx.ajax('GET', url, { source: main })
  }

  document.addEventListener('htmx:sse:after:connection', (event) => {
    connection = event.detail.connection
  })
  document.addEventListener('htmx:sse:close', () => {
    connection = null
  })
  document.addEventListener('htmx:sse:after:message', () => {
    heard = performance.now()
    const before = document.documentElement.dataset.script
    const script = document.getElementById('ora')?.dataset.script
    // The hub was updated under an open page.
    if (before && script && before !== script) location.reload()
    readClock()
    say('on')
  })
  document.addEventListener('htmx:sse:error', (event) => {
    const { status } = event.detail
    if (status === 401 || status === 403) location.reload()
  })

  // A form that only chooses something is sent when a pointer chose; who types, or steps by keyboard, sends it with its button.
  let typing = false
  document.addEventListener('keydown', () => (typing = true), true)
  document.addEventListener('pointerdown', () => (typing = false), true)
  document.addEventListener('change', (event) => {
    const form = event.target.form
    if (!typing && form?.hasAttribute('data-submit') && form.checkValidity()) form.requestSubmit()
  })

  // A menu folds up again when the reader turns to something else.
  const fold = (target) => {
    for (const menu of document.querySelectorAll('details[data-closes][open]')) {
      if (!target || !menu.contains(target)) menu.open = false
    }
  }
  document.addEventListener('click', (event) => fold(event.target))
  document.addEventListener('focusin', (event) => fold(event.target))
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    const open = document.querySelector('details[data-closes][open]')
    fold(null)
    open?.querySelector('summary')?.focus()
  })

  readClock()
  document.documentElement.dataset.script = document.getElementById('ora')?.dataset.script ?? ''
  setInterval(() => {
    countOn()
    watch()
  }, 1000)
})()
