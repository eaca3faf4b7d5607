"""Invented names: they look real and belong to nobody. Brands join two rare characters."""

from __future__ import annotations

from jinlan.site.demobank.rand import Dice

# Frequency by repetition; heteronyms (单 Shàn, 曾 Zēng, 解 Xiè, 仇 Qiú, 区 Ōu, 盖 Gě) test the pinyin search.
SURNAMES = (
    *"王王王王王李李李李李张张张张刘刘刘陈陈陈杨杨赵赵黄黄周周吴吴徐徐孙孙马马朱朱胡胡郭郭何何高林罗郑梁谢宋唐许韩冯邓曹彭曾曾"
    "肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆汪范廖石金贾韦夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万"
    "覃武钱戴严莫孔向常汤单单解解仇区盖查翟尉",
    "欧阳", "司徒", "诸葛", "上官", "尉迟",
)  # fmt: skip
MALE = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林博文轩晨铭恒睿哲昊翔航远志嘉泽启安"
FEMALE = (
    "芳娜敏静丽艳娟霞秀英燕玲桂丹萍红梅琳洁颖倩婷慧莹雪琴云兰岚欣怡佳悦思雨梦瑶诗涵若曦语彤清沐芷菡筠笙苒婉"
)

_FIRST = (("澜", "Lan"), ("珩", "Heng"), ("砚", "Yan"), ("璟", "Jing"), ("霁", "Ji"), ("栩", "Xu"),
          ("昀", "Yun"),
          ("翊", "Yi"), ("笙", "Sheng"), ("岚", "Lan"), ("澍", "Shu"), ("煦", "Xu"), ("琮", "Cong"),
          ("绍", "Shao"),
          ("樾", "Yue"), ("浔", "Xun"), ("垣", "Yuan"), ("桓", "Huan"), ("溯", "Su"), ("弘", "Hong"),
          ("棠", "Tang"),
          ("谡", "Su"), ("徵", "Zhi"), ("穗", "Sui"), ("蔚", "Wei"), ("铎", "Duo"), ("朔", "Shuo"),
          ("骞", "Qian"),
          ("沣", "Feng"), ("嵘", "Rong"), ("泓", "Hong"), ("耘", "Yun"), ("钧", "Jun"), ("檀", "Tan"),
          ("衡", "Heng"),
          ("沅", "Yuan"), ("浦", "Pu"), ("岑", "Cen"), ("禾", "He"), ("墨", "Mo"))  # fmt: skip
_SECOND = (("庭", "ting"), ("舟", "zhou"), ("衍", "yan"), ("屿", "yu"), ("禾", "he"), ("朗", "lang"),
           ("泽", "ze"),
           ("桥", "qiao"), ("峤", "qiao"), ("穹", "qiong"), ("澈", "che"), ("野", "ye"), ("川", "chuan"),
           ("序", "xu"),
           ("麓", "lu"), ("圃", "pu"), ("陌", "mo"), ("汀", "ting"), ("砺", "li"), ("枢", "shu"),
           ("堃", "kun"),
           ("珑", "long"), ("鸣", "ming"), ("朴", "pu"), ("阡", "qian"), ("屹", "yi"), ("霖", "lin"),
           ("岱", "dai"),
           ("璞", "pu"), ("骁", "xiao"), ("彧", "yu"), ("旸", "yang"), ("晔", "ye"), ("筑", "zhu"),
           ("映", "ying"),
           ("曜", "yao"), ("堰", "yan"), ("溪", "xi"), ("垚", "yao"), ("原", "yuan"))  # fmt: skip

# Pairs that occur in a public list of short company names: left out.
_KNOWN = frozenset((
    "澜庭", "澜桥", "澜溪", "岚庭", "岚桥", "岚霖", "绍泽", "桓泽", "弘禾", "弘朗", "弘泽", "弘桥", "弘川",
    "弘鸣", "弘霖", "弘晔", "弘原",
    "棠桥", "穗禾", "蔚映", "泓泽", "泓川", "泓霖", "耘禾", "钧泽", "檀溪", "沅桥", "浦泽", "浦川", "浦溪",
    "禾禾", "禾泽", "禾野", "禾川",
    "墨泽", "墨野", "墨川", "墨朴", "墨霖", "墨溪",
))  # fmt: skip

# (word in the name, English, industry code of GB/T 4754, section letter left out)
INDUSTRIES = (
    ("精密机械", "Precision Machinery", "3429"), ("新材料", "New Materials", "2651"),
    ("生物医药", "Biopharma", "2761"),
    ("电子科技", "Electronics", "3982"), ("软件", "Software", "6513"), ("供应链管理", "Supply Chain", "7224"),
    ("物流", "Logistics", "5810"), ("食品", "Foods", "1491"), ("纺织", "Textiles", "1711"),
    ("建设工程", "Construction", "4710"),
    ("新能源", "New Energy", "4415"), ("环保科技", "Environmental", "7721"),
    ("汽车零部件", "Auto Parts", "3670"),
    ("化工", "Chemicals", "2614"), ("农业科技", "Agritech", "0211"), ("医疗器械", "Medical Devices", "3581"),
    ("国际贸易", "International Trade", "5199"), ("文化传媒", "Culture Media", "8810"),
    ("智能装备", "Intelligent Equipment", "3491"),
    ("置业", "Property", "7010"),
)  # fmt: skip
MEMBER_WORDS = ("实业", "商贸", "科技", "制造", "国际贸易", "供应链管理", "物业管理", "融资租赁", "进出口",
                "研究院",
                "能源", "信息技术", "建筑", "投资", "环境科技", "仓储物流", "电子商务",
                "工程咨询")  # fmt: skip
PLACES = ("杭州", "宁波", "温州", "嘉兴", "绍兴", "上海", "苏州", "无锡", "南京", "深圳", "广州", "东莞",
          "北京", "天津",
          "成都", "绵阳", "重庆", "武汉", "宜昌", "长沙", "西安", "青岛", "济南", "合肥", "厦门",
          "福州")  # fmt: skip
_GOODS = ("货款", "服务费", "工程进度款", "租金", "往来款", "设备款", "运费", "咨询费")
REMITTANCE = (*_GOODS, "工资", "消费", "转账", "税款", "利息", "手续费", "放款", "还款", "提现")


class Names:
    """Draws names of persons and companies; company names are unique within a bank."""

    def __init__(self, seed: int) -> None:
        self._dice = Dice(seed, "names")
        self._taken: set[str] = set()

    def person(self, *, female: bool, surname: str = "") -> str:
        """Return a personal name; given names of one or two characters."""
        pool = FEMALE if female else MALE
        given = self._dice.pick(pool) + (self._dice.pick(pool) if self._dice.chance(0.72) else "")
        return (surname or self._dice.pick(SURNAMES)) + given

    def brand(self) -> tuple[str, str]:
        """Return an invented brand: two characters and its English form."""
        (one, first), (two, second) = self._dice.pick(_FIRST), self._dice.pick(_SECOND)
        return (one + two, first + second) if one + two not in _KNOWN else self.brand()

    def company(self, place: str) -> tuple[str, str, str]:
        """Return Chinese name, English name and industry code of a stand-alone company."""
        brand, latin = self.brand()
        word, english, code = self._dice.pick(INDUSTRIES)
        form = "有限公司" if self._dice.chance(0.88) else "股份有限公司"
        return self._once(place, brand, word, form), f"{latin} {english} Co., Ltd.", code

    def head(self, place: str) -> tuple[str, str, str, str]:
        """Return Chinese name, English name, industry code and brand of a group's parent."""
        brand, latin = self.brand()
        word, english, code = self._dice.pick(INDUSTRIES)
        kind = self._dice.pick(("集团有限公司", "控股集团有限公司", "集团股份有限公司"))
        return self._once(place, brand, word, kind), f"{latin} {english} Group Co., Ltd.", code, brand

    def member(self, place: str, brand: str) -> str:
        """Return the name of a group member that carries the group's brand."""
        return self._once(place, brand, self._dice.pick(MEMBER_WORDS), "有限公司")

    def _once(self, place: str, brand: str, word: str, form: str) -> str:
        name = f"{place}{brand}{word}{form}"
        serial = 2
        while name in self._taken:
            name = (
                f"{place}{brand}{word}({PLACES[serial % len(PLACES)]}{'' if serial < 26 else serial}){form}"
            )
            serial += 1
        self._taken.add(name)
        return name
