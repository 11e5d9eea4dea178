"""Scrapy's side of the crawl benchmark, for `scrapy runspider` with -a url=URL, -s JOBDIR=... and -o FILE.jsonl."""

from urllib.parse import urlsplit

import scrapy
from scrapy.linkextractors import LinkExtractor


class SiteSpider(scrapy.Spider):
    """Follows every link of one host and yields each HTML page's url, title and body text."""

    name = "site"
    custom_settings = {
        "LOG_LEVEL": "ERROR",
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "ROBOTSTXT_OBEY": True,
        "TELNETCONSOLE_ENABLED": False,
        "DEPTH_LIMIT": 0,
        "REQUEST_FINGERPRINTER_IMPLEMENTATION": "2.7",
        "FEED_EXPORT_ENCODING": "utf-8",
    }

    def __init__(self, url, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.first_url = url
        self.allowed_domains = [urlsplit(url).hostname]
        self.links = LinkExtractor()

    def start_requests(self):
        # Not start_urls: those skip the duplicate filter, so the first page would be stored twice.
        yield scrapy.Request(self.first_url)

    def parse(self, response):
        if not isinstance(response, scrapy.http.HtmlResponse):
            return
        yield {
            "url": response.url,
            "title": response.xpath("string(//title)").get(),
            "text": response.xpath("string(//body)").get(),
        }
        for link in self.links.extract_links(response):
            yield response.follow(link, self.parse)
