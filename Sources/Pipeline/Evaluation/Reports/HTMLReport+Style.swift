extension HTMLReport {
  /// For screens of either kind and for paper; nothing is said by colour alone.
  static let style: Markup = """
    :root { color-scheme: light dark; --line: #bbb; --soft: #f2f2f2; }
    @media (prefers-color-scheme: dark) { :root { --line: #555; --soft: #252525; } }
    body { font: 15px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 1.5rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
    h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line); } h3 { font-size: 1rem; }
    .wide { overflow-x: auto; margin: 1rem 0; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
    th, td { padding: .2rem .7rem; text-align: right; white-space: nowrap; } th:first-child { text-align: left; }
    caption { text-align: left; font-size: .8rem; padding-bottom: .4rem; }
    thead { border-bottom: 2px solid var(--line); } tfoot { border-top: 2px solid var(--line); font-weight: bold; }
    tbody tr:nth-child(even) { background: var(--soft); } tbody th { font-weight: normal; }
    dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: .1rem 1.5rem; margin: 1rem 0; }
    dl div { display: flex; gap: .6rem; } dt { flex: 0 0 auto; opacity: .75; } dt::after { content: ":"; } dd { margin: 0; }
    .plot { margin: 1rem 0; } .plot svg { max-width: 100%; height: auto; }
    .row { display: flex; flex-wrap: wrap; gap: .8rem; } .row figure { margin: 0; max-width: 16rem; }
    .row img { max-width: 100%; height: auto; display: block; } figcaption { font-size: .8rem; }
    pre { white-space: pre-wrap; background: var(--soft); padding: .6rem; font-size: .8rem; } summary { cursor: pointer; }
    @media print { body { max-width: none; margin: 0; } .support, .plot, tr { break-inside: avoid; } .wide { overflow: visible; } }
    """
}
