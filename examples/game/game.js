import { board } from './src/board'
import { login } from './src/session'
import { submitScore, fetchRanking } from './src/ranking'
import { playerName } from './src/player'

const canvas = wx.createCanvas()
const context = canvas.getContext('2d')

function play(stage) {
  return new Promise((resolve) => {
    const snake = stage.createSnake()
    const frame = () => {
      snake.step(stage.pilot(snake))
      board.draw(context, canvas, snake)
      if (snake.isAlive && snake.score < stage.GOAL) return requestAnimationFrame(frame)
      return resolve(snake)
    }
    requestAnimationFrame(frame)
  })
}

async function start() {
  wx.setPreferredFramesPerSecond(30)
  const session = login()
  const stage = await loadStage()
  const snake = await play(stage)
  console.log(`得分 ${snake.score}，走了 ${snake.steps} 步`)

  await session
  const { best, isRecord } = await submitScore(snake.score)
  console.log(isRecord ? '新纪录' : `最好成绩 ${best}`)
  const ranking = await fetchRanking(3)
  ranking.forEach((entry, index) => console.log(`${index + 1}. ${entry.name} ${entry.score}`))
}

function loadStage() {
  return new Promise((resolve, reject) => {
    wx.loadSubpackage({ name: 'stage', success: () => resolve(GameGlobal.stage), fail: reject })
  })
}

wx.onShow(() => board.resume())
wx.onHide(() => board.pause())
wx.onTouchStart(() => board.resume())

playerName().then((name) => console.log(`玩家 ${name}`))
start().catch((error) => console.error(error.errMsg || error.message))
