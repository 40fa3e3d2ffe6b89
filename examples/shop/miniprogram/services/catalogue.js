import client from './client'
import { bodyOf } from './answer'

const PAGE_SIZE = 4

export const fetchProducts = async (page) => bodyOf(await client.get('/v1/products', { page, size: PAGE_SIZE }))

export const fetchProduct = async (id) => bodyOf(await client.get(`/v1/products/${id}`))

export const fetchBanners = async () => bodyOf(await client.get('/v1/banners')).items

// The notices come from the old shop system, which answers in GBK.
export const fetchNotice = async () => bodyOf(await client.get('/legacy/notice.do')).notice

export const fetchRecommendations = async () => bodyOf(await client.get('/v1/recommendations')).items
