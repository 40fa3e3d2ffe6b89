enum Host {
  Api = 'https://typed.shop.example',
}

class Client {
  private readonly base: string = Host.Api

  load(name: string): Promise<unknown> {
    return this.send(`/${name}`)
  }

  private send(path: string) {
    return wx.request({ url: this.base + path } as WechatMiniprogram.RequestOption)
  }
}

export default new Client()
