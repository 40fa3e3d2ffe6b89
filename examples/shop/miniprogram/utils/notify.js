import { messageOf } from '../services/answer'

export function showFailure(error) {
  wx.showToast({ title: messageOf(error), icon: 'none' })
}

/** Shows a loading box during the work. Gives its result, or null once the user was told what went wrong. */
export async function withLoading(title, work) {
  wx.showLoading({ title, mask: true })
  try {
    const result = await work
    wx.hideLoading()
    return result
  } catch (error) {
    // Hidden first: loading box and toast are the same box to the platform.
    wx.hideLoading()
    showFailure(error)
    return null
  }
}
