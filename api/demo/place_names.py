"""What the demo's places are called."""

from __future__ import annotations

from api.contract.places import PlaceKind
from api.demo.world import Words

K = PlaceKind
PLACE_NAMES: dict[PlaceKind, Words] = {
    K.GATE_OUTSIDE: Words("南门外", "Outside the south gate"),
    K.ENTRANCE: Words("南大门", "South gate"),
    K.GUARD_ROOM: Words("门卫室", "Guard room"),
    K.PERIMETER: Words("北围墙", "North wall"),
    K.OUTDOOR_GATHERING: Words("操场", "Sports ground"),
    K.TEACHING_PASSAGE: Words("教学楼一层通道", "Teaching block, ground floor"),
    K.STAIRS_CORRIDOR: Words("教学楼东楼梯", "Teaching block, east stairs"),
    K.VALUABLES: Words("财务室", "Finance office"),
    K.UTILITY_ROOM: Words("配电房", "Switch room"),
    K.CONTROL_ROOM: Words("监控室", "Control room"),
    K.FOOD_STORE: Words("食品库房", "Food store"),
    K.COOKING: Words("烹饪间", "Cooking area"),
    K.SERVING_PREP: Words("备餐间", "Serving room"),
    K.SAMPLE_ROOM: Words("留样间", "Sample room"),
    K.DISHWASH: Words("洗消间", "Dish washing"),
    K.ROUGH_PREP: Words("粗加工间", "Rough preparation"),
    K.CUTTING: Words("切配间", "Cutting room"),
    K.CANTEEN_OPS: Words("食堂操作间", "Canteen kitchen"),
    K.CANTEEN_STORE: Words("食堂储藏间", "Canteen store"),
    K.DINING_HALL: Words("就餐大厅", "Dining hall"),
    K.KG_ACTIVITY_ROOM: Words("中一班活动室", "Activity room 1"),
    K.DORM_ENTRANCE: Words("一号宿舍楼门厅", "Dormitory 1, entrance"),
    K.HAZMAT_ROOM: Words("危化品库", "Hazardous materials store"),
    K.PARKING: Words("地面停车场", "Car park"),
    K.CHANGING_ROOM: Words("体育馆更衣室", "Gym changing room"),
}
