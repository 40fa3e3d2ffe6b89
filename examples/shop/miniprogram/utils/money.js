// Prices are whole fen: sums of fractions of a yuan would drift.
function yuan(fen) {
  return `¥${(fen / 100).toFixed(2)}`
}

module.exports = { yuan }
