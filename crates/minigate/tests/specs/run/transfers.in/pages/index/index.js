const url = 'https://file.spec.example/'
Page({
  onLoad() {
    wx.downloadFile({
      url: url + 'report.txt',
      success({ tempFilePath }) {
        wx.uploadFile({
          url,
          filePath: tempFilePath,
          name: 'file',
          header: { 'content-type': 'application/json' },
          success: ({ data }) => console.log(typeof data, data),
          complete: () => wx.uploadFile({ url, filePath: 'nowhere', name: 'file', fail: ({ errMsg }) => console.log(errMsg) }),
        })
      },
    })
  },
})
