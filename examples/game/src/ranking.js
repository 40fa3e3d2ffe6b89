import { get, post } from './request'

const KEY = 'best'

/** Uploads a score that beats the best one known here. */
export async function submitScore(score) {
  const best = wx.getStorageSync(KEY) || 0
  const isRecord = score > best
  if (isRecord) {
    await post('/v1/scores', { score })
    wx.setStorageSync(KEY, score)
  }
  return { best: Math.max(best, score), isRecord }
}

export const fetchRanking = (limit) => get('/v1/ranking', { limit }).then(({ entries }) => entries)
