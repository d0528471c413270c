/** The page's style: a column of text, figures that breathe, one palette for light and dark. */
import { Html } from './html';

/** Blue and vermilion stay apart for colour-blind eyes; everything else is grey. */
export const STYLE = new Html(`
:root {
  color-scheme: light dark;
  --serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, 'Book Antiqua', Georgia, 'Liberation Serif', serif;
  --sans: -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif;
  --paper: #fffefb; --ink: #1d1c1a; --muted: #6d6a64; --rule: #dedad2;
  --policy: #0a5a9c; --never: #c24e0e; --every: #8d8a84;
  --second: #c24e0e; --third: #1b7a4b; --fourth: #7a4fa3; --fifth: #96700a; --sixth: #b03a6f;
  --version-a: #b9d3ea; --version-b: #8fb6da; --on-version: #123a5c; --calm: #6d6a64;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #17181a; --ink: #e9e6df; --muted: #9c9991; --rule: #37383b;
    --policy: #74b5f2; --never: #f2894a; --every: #8b8982;
    --second: #f2894a; --third: #5fc08d; --fourth: #b692dc; --fifth: #d6ab3c; --sixth: #e78fb3;
    --version-a: #2c4a66; --version-b: #3d668c; --on-version: #dcebf8; --calm: #a5a29a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.5 var(--serif); }
main { max-width: 1088px; margin: 0 auto; padding: 40px 24px 80px; }
.kicker { font: 600 13px/1.4 var(--sans); color: var(--muted); margin: 0 0 10px; letter-spacing: .02em; }
h1 { font-size: 40px; line-height: 1.14; font-weight: 600; margin: 0 0 14px; max-width: 21em; letter-spacing: -.012em; text-wrap: balance; }
.lede { font-size: 19px; color: var(--muted); margin: 0 0 8px; max-width: 44em; text-wrap: pretty; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 0 28px; margin: 30px 0 10px; border-top: 2px solid var(--ink); }
.figures div { padding: 12px 0 18px; }
.figures dt { font: 13px/1.35 var(--sans); color: var(--muted); }
.figures dd { margin: 0; font: 600 34px/1.15 var(--sans); font-variant-numeric: tabular-nums; letter-spacing: -.02em; }
.figures dd + dd { font: 13px/1.4 var(--sans); color: var(--muted); letter-spacing: 0; margin-top: 2px; }
.policy { color: var(--policy); } .never { color: var(--never); } .every { color: var(--every); }
section { margin-top: 46px; border-top: 1px solid var(--rule); padding-top: 18px; }
h2 { font-size: 23px; line-height: 1.25; font-weight: 600; margin: 0 0 4px; text-wrap: balance; }
section > p { margin: 0 0 14px; color: var(--muted); max-width: 46em; text-wrap: pretty; }
figure { margin: 10px 0 0; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
.narrow { display: none; }
.key { display: inline-block; width: 13px; height: 13px; vertical-align: -1px; margin: 0 1px; }
table { border-collapse: collapse; width: 100%; font: 14px/1.45 var(--sans); font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--muted); border-bottom: 1px solid var(--ink); padding: 6px 18px 6px 0; }
.trainings > tbody > tr > td { vertical-align: top; border-bottom: 1px solid var(--rule); padding: 12px 18px 12px 0; }
.trainings > tbody > tr > td:nth-child(1) { width: 29%; } .trainings > tbody > tr > td:nth-child(2) { width: 17%; }
.trainings > tbody > tr > td:nth-child(3) { width: 24%; }
td p { margin: 3px 0 0; color: var(--muted); font-size: 13px; }
time { color: var(--muted); margin-left: 6px; white-space: nowrap; }
.scores td { padding: 0 8px 1px 0; border: 0; } .scores td:last-child { text-align: right; }
.winner { font-weight: 700; } .good { color: var(--policy); } .bad { color: var(--never); }
.matrix { width: auto; min-width: 60%; margin-top: 24px; }
.matrix th, .matrix td { text-align: right; padding: 5px 0 5px 34px; vertical-align: top; white-space: nowrap; }
.matrix th:first-child, .matrix td:first-child { text-align: left; padding-left: 0; color: var(--muted); font-weight: 400; }
.matrix thead th { font-size: 15px; }
.matrix tbody tr:first-child td { font-size: 30px; line-height: 1.2; font-weight: 600; letter-spacing: -.02em; padding-top: 12px; }
.matrix tbody tr:first-child td:first-child { font: 14px/1.45 var(--sans); letter-spacing: 0; padding-top: 24px; }
.matrix tbody tr + tr td { border-top: 1px solid var(--rule); }
.changes { width: auto; margin-top: 8px; }
.changes th { border: 0; padding: 4px 26px 4px 0; vertical-align: top; font-size: 15px; } .changes td { padding: 4px 0; }
.changes code { display: block; font: 13px/1.7 ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace; overflow-wrap: anywhere; }
.mishap { font: 14px/1.5 var(--sans); color: var(--muted); margin: 12px 0 0; }
.own { font: 17px/1.5 var(--serif); border-bottom: 1px solid var(--rule); padding: 8px 0; }
.own > summary { font: 600 16px/1.5 var(--sans); color: var(--ink); } .own > summary span { font-weight: 400; color: var(--muted); margin-left: 10px; }
.own h1 { font-size: 29px; } .own header { margin-top: 26px; }
details { font: 14px/1.5 var(--sans); } summary { cursor: pointer; color: var(--muted); padding: 4px 0; }
.log td { padding: 2px 14px 2px 0; vertical-align: top; } .log td:first-child { white-space: nowrap; color: var(--muted); }
footer { margin-top: 46px; border-top: 1px solid var(--rule); padding-top: 14px; font: 13px/1.5 var(--sans); color: var(--muted); }
footer p { margin: 0 0 6px; max-width: 70em; }
@media (max-width: 860px) {
  .matrix { display: block; overflow-x: auto; } .matrix th, .matrix td { padding-left: 18px; }
  .wide { display: none; } .narrow { display: block; }
  main { padding: 26px 18px 60px; } h1 { font-size: 31px; } .lede { font-size: 17px; }
  .figures { grid-template-columns: repeat(2, 1fr); } .figures dd { font-size: 29px; }
  .trainings, .trainings > tbody, .trainings > tbody > tr, .trainings > tbody > tr > td { display: block; width: auto !important; }
  .trainings > thead { display: none; }
  .trainings > tbody > tr { border-bottom: 1px solid var(--rule); padding: 12px 0; }
  .trainings > tbody > tr > td { border: 0; padding: 3px 0; }
  .trainings > tbody > tr > td:nth-child(3)::before { content: 'Against the champion'; color: var(--muted); font-size: 13px; }
  .scores { width: auto; min-width: 220px; }
}
@media print { .narrow { display: none !important; } .wide { display: block !important; } section { break-inside: avoid; } }
`);
