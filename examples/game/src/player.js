/** The player's name, if the player gives it. */
export function playerName() {
  return new Promise((resolve) => {
    wx.getUserInfo({
      success: ({ userInfo }) => resolve(userInfo.nickName),
      fail: () => resolve('游客')
    })
  })
}
