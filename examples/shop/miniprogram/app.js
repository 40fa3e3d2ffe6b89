import { restoreSession } from './services/session'

App({
  globalData: {
    cartCount: 0
  },

  onLaunch() {
    restoreSession()
  }
})
