const WEEKDAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']

export function temperature(celsius, unit) {
  const degrees = unit === 'F' ? celsius * 1.8 + 32 : celsius
  return `${Math.round(degrees)}°`
}

export function dayName(date, index) {
  if (index === 0) return '今天'
  if (index === 1) return '明天'
  // Taken apart by hand: phones disagree about the time zone of a bare date.
  const [year, month, day] = date.split('-').map(Number)
  return WEEKDAYS[new Date(year, month - 1, day).getDay()]
}

export function clock(isoTime) {
  return isoTime.slice(11, 16)
}
